"""What becomes of people who registered: reminders, the door, mails, the table, and when they are forgotten."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from post_office.models import Email

from events.models import Event, Registration
from events.registrations import CONFIRMED, WAITING, erase_expired
from tests import factories
from tests.conftest import member
from tests.staff import posted_form, url_of
from tests.test_registrations import people, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]


@pytest.fixture
def event():
    return factories.event(capacity=2)


def reminded() -> list[str]:
    return [
        mail.subject.split(":")[0]
        for mail in Email.objects.order_by("pk")
        if mail.subject.startswith(("Coming up", "Today", "開催が", "まもなく"))
    ]


def test_reminders_go_three_days_and_three_hours_before_once_each_in_the_registrants_language(event, time_machine):
    event.register("Mai", "mai@example.org", "en", notice="x")
    event.register("舞", "mai2@example.org", "ja", notice="x")
    event.register("Third", "third@example.org", "en", notice="x")
    seen = []
    for before in (
        timedelta(days=3, minutes=1),
        timedelta(days=3),
        timedelta(days=2),
        timedelta(hours=3),
        timedelta(hours=1),
        -timedelta(minutes=1),
    ):
        time_machine.move_to(event.starts_at - before, tick=False)
        call_command("remind_registrants")
        call_command("remind_registrants")
        seen.append(reminded())
    days, hours = ["Coming up", "開催が近づきました：Evening ja"], ["Today", "まもなく開催します：Evening ja"]
    assert seen == [[], days, days, days + hours, days + hours, days + hours]
    assert {mail.expires_at for mail in Email.objects.filter(subject__startswith="Today")} == {event.starts_at}


def test_who_registers_in_the_last_days_gets_no_reminder_of_three_days(event, time_machine):
    Event.objects.filter(pk=event.pk).update(closes_at=event.starts_at)
    time_machine.move_to(event.starts_at - timedelta(days=2), tick=False)
    people(event, 1)
    call_command("remind_registrants")
    assert reminded() == []
    time_machine.move_to(event.starts_at - timedelta(hours=2), tick=False)
    call_command("remind_registrants")
    assert reminded() == ["Today"]


def test_people_are_erased_three_months_after_the_event_and_counts_stay(event, time_machine):
    first, second = people(event, 2)
    first.attend(True)
    time_machine.move_to(event.ends_at + timedelta(days=91), tick=False)
    assert erase_expired(dry_run=False) == 0
    time_machine.move_to(event.ends_at + timedelta(days=93), tick=False)
    assert (erase_expired(dry_run=True), Registration.objects.filter(name="").count()) == (2, 0)
    assert (erase_expired(dry_run=False), erase_expired(dry_run=False)) == (2, 0)
    first.refresh_from_db()
    assert (first.name, first.email, first.state, first.attended_at is not None, Email.objects.count()) == ("", "", CONFIRMED, True, 0)


ADDRESSES = [
    "registration/",
    "event/{pk}/door/",
    "event/{pk}/registrations.csv",
    "event/{pk}/registrations.xlsx",
    "event/{pk}/mail/",
    "registration/{row}/change/",
]


@pytest.mark.parametrize("role", ["editor", "counsellor", "administrator"])
def test_only_operators_see_registrants(client, event, role):
    from desk.models import Office

    (row,) = people(event, 1)
    client.force_login(member(role, **({"office": Office.objects.first()} if role == "counsellor" else {})))
    for address in ADDRESSES:
        assert client.get(f"/admin/events/{address.format(pk=event.pk, row=row.pk)}").status_code == 403
    assert client.post(f"/admin/events/event/{event.pk}/door/", {"person": row.pk, "here": "1"}).status_code == 403
    row.refresh_from_db()
    assert row.attended_at is None


def test_operator_opens_every_page_about_registrants(as_operator, event):
    (row,) = people(event, 1)
    for address in ADDRESSES:
        assert as_operator.get(f"/admin/events/{address.format(pk=event.pk, row=row.pk)}").status_code == 200
    page = as_operator.get("/admin/events/registration/").content.decode()
    assert "Person 0" not in page and "<bdi>P…</bdi>" in page
    assert "door/" in as_operator.get(url_of(event)).content.decode()


def test_operator_notes_who_is_here_and_takes_it_back(as_operator, event):
    first, second = people(event, 2)
    door = f"/admin/events/event/{event.pk}/door/"
    answer = as_operator.post(f"{door}?q=Person", {"person": second.pk, "here": "1"})
    assert answer.headers["Location"] == f"{door}?q=Person#r{second.pk}"
    assert as_operator.get(door).context["counts"] == {"here": 1, "all": 2}
    as_operator.post(door, {"person": second.pk, "here": "0"})
    assert as_operator.get(door).context["counts"] == {"here": 0, "all": 2}
    assert list(as_operator.get(f"{door}?q=p0@").context["people"]) == [first]
    for number in ("x", "", "9" * 30, str(10**9)):
        assert as_operator.post(door, {"person": number, "here": "1"}).status_code == 404


def test_the_table_for_the_organiser_is_whole_typed_as_text_and_logged(as_operator, event):
    event.register("=1+1", "a@example.org", "en", "+81-3-1234", notice="x")
    people(event, 2)
    book = openpyxl.load_workbook(io.BytesIO(as_operator.get(f"/admin/events/event/{event.pk}/registrations.xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert [row[1] for row in rows[1:]] == ["=1+1", "Person 0", "Person 1"]
    assert (rows[1][6], rows[3][5]) == ("+81-3-1234", "1")
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value} == {"s"}
    text = as_operator.get(f"/admin/events/event/{event.pk}/registrations.csv").content.decode("utf-8-sig")
    assert "'=1+1" in text and "'+81-3-1234" in text
    assert LogEntry.objects.filter(object_id=event.pk, change_message__contains="csv").count() == 1
    assert as_operator.get(f"/admin/events/event/{event.pk}/registrations.pdf").status_code == 404


def test_operator_mails_all_in_their_languages_after_looking_at_it_once(as_operator, event):
    event.register("Mai", "mai@example.org", "en", notice="x")
    event.register("舞", "mai2@example.org", "ja", notice="x")
    event.register("Waits", "waits@example.org", "en", notice="x")
    Email.objects.all().delete()
    url = f"/admin/events/event/{event.pk}/mail/"
    once = as_operator.get(url).context["form"]["once"].value()
    once = once() if callable(once) else once
    words = {
        "once": once,
        "audience": "confirmed",
        "subject_ja": "会場の変更",
        "words_ja": "3階です {{ x }}",
        "subject_en": "New room",
        "words_en": "Third floor",
    }
    look = as_operator.post(url, {**words, "_look": "1"})
    assert ([row[:3] for row in look.context["looks"]], Email.objects.count()) == ([("ja", 1, "会場の変更"), ("en", 1, "New room")], 0)
    for _click in range(2):
        as_operator.post(url, {**words, "_send": "1"})
    sent = {mail.to[0]: (mail.subject, mail.message) for mail in Email.objects.all()}
    assert {address: subject for address, (subject, _text) in sent.items()} == {
        "mai@example.org": "New room",
        "mai2@example.org": "会場の変更",
    }
    assert "Third floor" in sent["mai@example.org"][1] and "3階です {{ x }}" in sent["mai2@example.org"][1]


def test_a_mail_without_its_japanese_is_refused_and_kept(as_operator, event):
    url = f"/admin/events/event/{event.pk}/mail/"
    answer = as_operator.post(url, {"once": "x", "audience": "both", "subject_en": "New room", "words_en": "Third floor", "_send": "1"})
    assert sorted(answer.context["form"].errors) == ["subject_ja", "words_ja"]
    assert "Third floor" in answer.content.decode()


def test_operator_cancels_in_bulk_and_they_are_told(as_operator, event):
    rows = people(event, 3)
    as_operator.post("/admin/events/registration/", {"action": "cancel_all", "_selected_action": [rows[0].pk]})
    assert states(event) == ["cancelled", CONFIRMED, CONFIRMED]


def test_registrations_are_not_in_the_version_history(event):
    from reversion.models import Version

    people(event, 1)[0].cancel()
    assert not Version.objects.filter(content_type__model__in=["registration", "registrationlink"]).exists()
    assert re.fullmatch(r"\d+-\d+", str(event.registrations.get()))


def test_who_moves_up_after_the_mark_is_not_told_that_it_is_three_days_off(event, time_machine):
    first, *_others = people(event, 3)
    time_machine.move_to(event.starts_at - timedelta(days=2), tick=False)
    first.cancel()
    before = Email.objects.count()
    call_command("remind_registrants")
    assert [mail.to[0] for mail in Email.objects.order_by("pk")[before:]] == ["p1@example.org"]


def test_people_are_reminded_anew_when_an_event_was_put_off(event, time_machine):
    people(event, 1)
    time_machine.move_to(event.starts_at - timedelta(days=2), tick=False)
    call_command("remind_registrants")
    Event.objects.filter(pk=event.pk).update(starts_at=F("starts_at") + timedelta(days=30), ends_at=F("ends_at") + timedelta(days=30))
    before = Email.objects.count()
    time_machine.move_to(event.starts_at + timedelta(days=28), tick=False)
    call_command("remind_registrants")
    call_command("remind_registrants")
    assert Email.objects.count() == before + 1


def test_nobody_is_reminded_of_a_withdrawn_event_or_without_a_place(event, time_machine):
    people(event, 3)[0].cancel()
    before = Email.objects.count()
    time_machine.move_to(event.starts_at - timedelta(hours=1), tick=False)
    Event.objects.filter(pk=event.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
    call_command("remind_registrants")
    assert Email.objects.count() == before


def test_staff_raises_the_places_and_those_in_line_move_up(client, tmg_editor, event):
    people(event, 4)
    client.force_login(tmg_editor)
    assert client.post(url_of(event), {**posted_form(client, url_of(event), capacity="3"), "_save": "1"}).status_code == 302
    event.refresh_from_db()
    assert (states(event), event.taken) == ([CONFIRMED, CONFIRMED, CONFIRMED, WAITING], 3)


def test_staff_cannot_take_places_away_from_people_and_is_told_so(client, tmg_editor, event):
    people(event, 2)
    client.force_login(tmg_editor)
    answer = client.post(url_of(event), {**posted_form(client, url_of(event), capacity="1"), "_save": "1"})
    assert answer.context["adminform"].form.errors["capacity"] == [
        "すでに2人が席を確保しています。定員をそれより少なくすることはできません。"
    ]
