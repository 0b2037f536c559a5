"""Registrations where it is narrow: clicks out of order, stale pages, late mails, odd addresses."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email

from core.mail import due
from core.morning import morning_list
from events.models import Event, Registration
from events.registrations import CANCELLED, CONFIRMED, WAITING
from tests import factories
from tests.staff import list_of, posted_form, url_of
from tests.test_registrations import link_of, people, register, states, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
MESSAGE = {
    "once": "a" * 64,
    "audience": "confirmed",
    "subject_ja": "お礼",
    "words_ja": "言葉",
    "subject_en": "Thank you",
    "words_en": "Typed",
}


@pytest.fixture
def event():
    return factories.event(capacity=2)


def test_a_form_sent_again_after_cancelling_makes_nothing_new(client, event):
    data = typed()
    client.post(f"/en/events/{event.slug}/register/", data)
    event.registrations.get().cancel()
    before = Email.objects.count()
    assert client.post(f"/en/events/{event.slug}/register/", data).status_code == 302
    assert (states(event), Email.objects.count()) == ([CANCELLED], before)


def test_one_form_sent_to_two_events_registers_for_both_or_for_one_but_never_breaks(client, event):
    other, data = factories.event(), typed()
    assert client.post(f"/en/events/{event.slug}/register/", data).status_code == 302
    assert client.post(f"/en/events/{other.slug}/register/", data).status_code == 302
    assert (states(event), states(other)) == ([CONFIRMED], [CONFIRMED])


def test_twenty_clicks_on_one_form_are_one_registration_one_mail_and_always_the_same_page(client, event):
    data = typed()
    codes = {client.post(f"/en/events/{event.slug}/register/", data).status_code for _click in range(20)}
    assert (codes, states(event), Email.objects.count()) == ({302}, [CONFIRMED], 1)


def test_an_event_that_is_not_public_yet_is_unknown(client, language):
    row = factories.event(published_at=timezone.now() + timedelta(days=1))
    assert {client.get(f"/{language}/events/{row.slug}/{page}").status_code for page in ("", "register/", "register/done/")} == {404}


def test_a_withdrawn_event_is_gone_on_all_its_pages(client, event, language):
    Event.objects.filter(pk=event.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
    assert {client.get(f"/{language}/events/{event.slug}/{page}").status_code for page in ("", "register/", "register/done/")} == {410}


def test_saving_an_old_copy_of_an_event_gives_no_place_back(event):
    stale = Event.objects.get(pk=event.pk)
    people(event, 3)
    stale.save()
    event.refresh_from_db()
    assert (event.taken, states(event)) == (2, [CONFIRMED, CONFIRMED, WAITING])


def test_bringing_back_an_earlier_version_keeps_the_places_that_are_taken(client, tmg_editor, event):
    from reversion.models import Version

    client.force_login(tmg_editor)
    for number in range(2):
        client.post(url_of(event), {**posted_form(client, url_of(event), city_en=f"City {number}"), "_save": "1"})
    people(event, 3)
    oldest = Version.objects.get_for_object(event).last()
    client.post(url_of(event, f"history/{oldest.pk}"))
    event.refresh_from_db()
    assert (event.city_en, event.taken) == ("City 0", 2)


def test_bringing_back_a_version_with_more_places_lets_the_first_in_line_move_up(client, tmg_editor, event):
    from reversion.models import Version

    client.force_login(tmg_editor)
    for capacity in ("3", "2"):
        client.post(url_of(event), {**posted_form(client, url_of(event), capacity=capacity), "_save": "1"})
    people(event, 3)
    oldest = Version.objects.get_for_object(event).last()
    client.post(url_of(event, f"history/{oldest.pk}"))
    assert states(event) == [CONFIRMED] * 3


def test_whoever_registers_beside_a_free_place_comes_after_those_in_line_and_waits_only_when_none_is_left(event):
    people(event, 3)
    Event.objects.filter(pk=event.pk).update(capacity=4)
    event.register("Late", "late@example.org", "en", notice="2026-11")
    event.register("Later", "later@example.org", "en", notice="2026-11")
    assert states(event) == [CONFIRMED] * 4 + [WAITING]


def test_nobody_is_registered_for_or_moves_up_in_an_event_that_was_withdrawn_meanwhile(event):
    first, *_others = people(event, 3)
    Event.objects.filter(pk=event.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Registration.DoesNotExist):
        event.register("Late", "late@example.org", "en", notice="2026-11")
    first.cancel()
    assert states(event) == [CANCELLED, CONFIRMED, WAITING]


def test_after_the_start_nobody_moves_up(event, time_machine):
    first, *_others = people(event, 3)
    time_machine.move_to(event.starts_at + timedelta(minutes=1), tick=False)
    first.cancel()
    assert states(event) == [CANCELLED, CONFIRMED, WAITING]


@pytest.mark.parametrize("change", [{"state": "confirmed", "confirmed_at": None}, {"state": "waiting", "attended_at": timezone.now()}])
def test_the_database_refuses_a_place_without_its_moment_and_a_guest_without_a_place(event, change):
    row = people(event, 3)[2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(**change)


def test_staff_may_write_to_all_after_the_event_and_the_mail_goes_out(client, pasona_operator, event, time_machine):
    people(event, 1)
    Email.objects.all().delete()
    time_machine.move_to(event.ends_at + timedelta(days=1), tick=False)
    client.force_login(pasona_operator)
    client.post(f"/admin/events/event/{event.pk}/mail/", {**MESSAGE, "_send": "1"})
    assert [mail.subject for mail in Email.objects.filter(due())] == ["Thank you"]


def test_a_message_typed_before_the_session_ended_is_shown_again_and_not_sent(client, pasona_operator, event):
    people(event, 1)
    Email.objects.all().delete()
    url = f"/admin/events/event/{event.pk}/mail/"
    client.post(url, {**MESSAGE, "_send": "1"})
    kept = client.session["kept_form"]
    client.force_login(pasona_operator)
    session = client.session
    session["kept_form"] = kept
    session.save()
    assert "Typed" in client.get(url).content.decode()
    assert not Email.objects.exists()


def test_a_message_goes_out_once_even_when_the_cache_forgot_it_and_is_seen_as_it_arrives(as_operator, event):
    people(event, 1)
    Email.objects.all().delete()
    url = f"/admin/events/event/{event.pk}/mail/"
    look = as_operator.post(url, {**MESSAGE, "_look": "1"}).content.decode()
    assert "Dear …," in look and "… 様" in look and "Typed" in look
    for _click in range(2):
        as_operator.post(url, {**MESSAGE, "_send": "1"})
        cache.clear()
    assert Email.objects.count() == 1
    assert LogEntry.objects.filter(object_id=event.pk, content_type__model="event").count() == 1


@pytest.mark.parametrize(
    ("name", "typed_at_the_door"), [("Nguyễn Thị Ánh", "nguyen thi"), ("ヤマダ", "やまだ"), ("ＭＡＩ", "mai"), ("Özlem Đorđe", "dorđe oz")]
)
def test_people_are_found_at_the_door_however_their_name_is_typed(as_operator, event, name, typed_at_the_door):
    event.register(name, "x@example.org", "en", notice="x")
    event.register("Somebody", "y@example.org", "en", notice="x")
    page = as_operator.get(f"/admin/events/event/{event.pk}/door/", {"q": typed_at_the_door})
    assert [person.name for person in page.context["people"]] == [name]


def test_people_are_found_by_their_number_at_the_door_and_in_the_list(as_operator, event):
    row, _other = people(event, 2)
    assert list(as_operator.get(f"/admin/events/event/{event.pk}/door/", {"q": str(row)}).context["people"]) == [row]
    assert list(as_operator.get(list_of(Registration), {"q": str(row)}).context["cl"].queryset) == [row]


def test_a_tap_for_somebody_who_cancelled_meanwhile_is_told_in_words(as_operator, event):
    row, _other = people(event, 2)
    row.cancel()
    door = f"/admin/events/event/{event.pk}/door/"
    page = as_operator.post(door, {"person": row.pk, "here": "1"}, follow=True)
    row.refresh_from_db()
    assert ([str(message) for message in page.context["messages"]], row.attended_at) == (["この人の席はもうありません。"], None)


def test_lists_and_the_door_ask_the_database_no_more_for_more_people(as_operator, event):
    people(event, 1)
    for url in (
        list_of(Registration),
        f"/admin/events/event/{event.pk}/door/",
        f"/admin/events/event/{event.pk}/registrations.csv",
        list_of(Event),
    ):
        as_operator.get(url)  # the first visit notes when it was, and what is asked once in a process
        counts = []
        for _round in range(2):
            with CaptureQueriesContext(connection) as queries:
                assert as_operator.get(url).status_code == 200
            counts.append(len(queries))
            Event.objects.filter(pk=event.pk).update(capacity=F("capacity") + 3)
            now = event.registrations.count()
            for number in range(3):
                event.register(f"N {now + number}", f"n{now + number}@example.org", "en", notice="x")
        assert counts[0] == counts[1], url


def test_the_page_of_a_registration_cancels_and_notes_who_came(as_operator, event):
    row = people(event, 1)[0]
    page = as_operator.get(url_of(row)).content.decode()
    assert all(f'name="{deed}"' in page for deed in ("_attend", "_cancel"))
    for button, came in (("_attend", True), ("_undo", False)):
        as_operator.post(url_of(row), {button: "1"})
        row.refresh_from_db()
        assert (row.attended_at is not None) == came
    as_operator.post(url_of(row), {"_cancel": "1"})
    assert states(event) == [CANCELLED]
    assert LogEntry.objects.filter(content_type__model="registration", object_id=row.pk).count() == 3


def test_a_registration_is_changed_by_no_hidden_field(as_operator, event):
    row = people(event, 1)[0]
    as_operator.post(url_of(row), {"state": "waiting", "name": "Hacked", "email": "x@example.org", "_save": "1"})
    row.refresh_from_db()
    assert (row.state, row.name, row.email) == (CONFIRMED, "Person 0", "p0@example.org")


def test_an_event_with_registrations_is_not_deleted(client, tmg_editor, event):
    people(event, 1)
    client.force_login(tmg_editor)
    client.post(url_of(event, "delete"), {"post": "yes"})
    client.post(list_of(Event), {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    assert Event.objects.filter(pk=event.pk).exists()


def test_a_long_question_is_never_cut_off_unseen(client, event):
    page = client.get(f"/en/events/{event.slug}/register/").content.decode()
    assert "maxlength" not in re.search(r"<textarea[^>]*>", page)[0]
    lines = "\r\n".join(["x" * 65] * 30)
    assert len(lines) > 2_000 > len(lines.replace("\r", ""))
    assert register(client, event, questions=lines).status_code == 302


def test_the_private_page_shows_what_was_typed_also_after_cancelling(client, event, language, django_assert_max_num_queries):
    event.register("محمد علي", "ali@example.sa", language, "سؤال 𠮷", notice="x")
    link = link_of(Email.objects.get())
    event.registrations.get().cancel()
    with django_assert_max_num_queries(8):
        page = client.get(link).content.decode()
    assert "<bdi>محمد علي</bdi>" in page and "ali@example.sa" in page and "سؤال 𠮷" in page


def test_whoever_erased_everything_is_told_that_it_is_gone(client, event, language):
    row = people(event, 1)[0]
    row.cancel()
    answer = client.post(row.private_path(), {"deed": "erase"})
    page = client.get(answer.headers["Location"])
    assert (page.status_code, "erased" in page.content.decode() or "消去" in page.content.decode()) == (200, True)


def test_a_mail_to_a_registrant_never_starts_a_chain_of_replies(event):
    people(event, 1)
    assert Email.objects.get().headers["Auto-Submitted"] == "auto-generated"


def test_operator_sees_the_events_of_the_next_days_in_the_morning_and_an_editor_does_not(pasona_operator, tmg_editor, event):
    people(event, 1)
    tomorrow = timezone.now() + timedelta(days=1)
    Event.objects.filter(pk=event.pk).update(starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=2))
    found = [[line for line in morning_list(user) if "Evening" in line.text] for user in (pasona_operator, tmg_editor)]
    assert [len(lines) for lines in found] == [1, 0]
    assert "1" in found[0][0].text and "2" in found[0][0].text


def test_editors_see_no_link_to_registrations_they_may_not_open(client, tmg_editor, event):
    client.force_login(tmg_editor)
    assert "events/registration" not in client.get(list_of(Event)).content.decode().replace("registration.", "")
    page = client.get(url_of(event)).content.decode()
    assert "door/" not in page and "registrations.csv" not in page
