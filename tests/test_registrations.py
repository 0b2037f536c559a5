"""People register for events: places, the waiting list, mails, private links, the door."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from post_office.models import Email

from events.models import Event, Registration
from events.registrations import CONFIRMED, WAITING, RegistrationLink
from search.models import SearchEntry
from tests import factories
from tests.forms import old_stamp, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
LINK = re.compile(r"/(?:ja|en)/events/registration/[\w-]{32}/")


@pytest.fixture
def event():
    return factories.event(capacity=2)


def typed(**changes) -> dict:
    return {"stamp": old_stamp(), "name": "Mai", "email": "mai@example.org", "language": "en", "consent": "on", **changes}


def register(client, event, page_language="en", **changes):
    return client.post(f"/{page_language}/events/{event.slug}/register/", typed(**changes))


def people(event, count: int) -> list[Registration]:
    return [event.register(f"Person {n}", f"p{n}@example.org", "en", notice="2026-11") for n in range(count)]


def states(event) -> list[str]:
    return list(event.registrations.order_by("pk").values_list("state", flat=True))


def link_of(mail: Email) -> str:
    return LINK.search(mail.message)[0]


def test_visitor_registers_and_gets_a_confirmation_with_the_calendar_entry(client, event, language):
    answer = register(client, event, language, language=language, questions="🙂 𠮷?")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/events/{event.slug}/register/done/#main")
    row, mail = event.registrations.get(), Email.objects.get()
    event.refresh_from_db()
    assert (row.state, row.name, row.questions, row.language, row.notice, event.taken) == (
        CONFIRMED,
        "Mai",
        "🙂 𠮷?",
        language,
        "2026-11",
        1,
    )
    assert mail.to == ["mai@example.org"] and mail.headers["Reply-To"] == "desk@localhost"
    words = {"ja": "お席をご用意しました", "en": "You have a place at this event"}
    assert words[language] in mail.message
    file = mail.attachments.get()
    with file.file.open("rb") as opened:
        entry = Calendar.from_ical(opened.read()).walk("VEVENT")[0]
    assert (file.name, file.mimetype, str(entry["summary"])) == ("event.ics", "text/calendar", f"Evening {language}")
    assert file.file.storage.location == storages["private"].location
    assert client.get(link_of(mail)).status_code == 200


def test_confirmation_says_the_time_of_the_venue_and_of_tokyo(event):
    Event.objects.filter(pk=event.pk).update(
        starts_at=datetime(2027, 3, 6, 7, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 6, 9, 0, tzinfo=UTC),
        closes_at=datetime(2027, 3, 6, 6, 0, tzinfo=UTC),
    )
    event.register("Mai", "mai@example.org", "en", notice="2026-11")
    event.register("舞", "mai2@example.org", "ja", notice="2026-11")
    english, japanese = Email.objects.order_by("pk")
    assert (
        "Saturday 6 March 2027, 14:00–16:00 (Vietnam time)" in english.message and "Saturday 6 March 2027, 16:00 (Tokyo)" in english.message
    )
    assert "2027年3月6日（土）14:00〜16:00（ベトナム時間）" in japanese.message and "2027年3月6日（土）16:00（東京）" in japanese.message


def test_beyond_the_places_people_wait_in_order(event):
    people(event, 4)
    event.refresh_from_db()
    assert (states(event), event.taken) == ([CONFIRMED, CONFIRMED, WAITING, WAITING], 2)
    assert [row.place_in_line for row in event.registrations.order_by("pk")] == [0, 0, 1, 2]
    assert "number 2 on the waiting list" in Email.objects.order_by("pk").last().message


def test_who_cancels_makes_room_for_the_first_in_line_who_is_told(client, event):
    first, _second, third, _fourth = people(event, 4)
    link = first.private_path()
    before = Email.objects.count()
    assert client.get(link).status_code == 200
    assert client.post(link, {"deed": "cancel", "sure": "on"}).headers["Location"] == f"{link}?done=cancel#main"
    event.refresh_from_db()
    assert (states(event), event.taken) == (["cancelled", CONFIRMED, CONFIRMED, WAITING], 2)
    told = [(mail.to[0], mail.subject.split(":")[0]) for mail in Email.objects.order_by("pk")[before:]]
    assert told == [("p0@example.org", "Cancelled"), (third.email, "A place is yours now")]
    assert Email.objects.order_by("pk").last().attachments.count() == 1


def test_get_cancels_nothing_however_often_a_scanner_fetches_it(client, event):
    (row,) = people(event, 1)
    link = row.private_path()
    for query in ("", "?deed=cancel&sure=on", "?done=cancel"):
        assert client.get(link + query).status_code == 200
    row.refresh_from_db()
    assert row.state == CONFIRMED


def test_cancelled_twice_gives_back_one_place(event):
    first, *_others = people(event, 2)
    first.cancel()
    first.cancel()
    event.refresh_from_db()
    assert event.taken == 1


def test_cancelling_without_a_tick_is_told_in_words(client, event):
    (row,) = people(event, 1)
    assert words_of(client.post(row.private_path(), {"deed": "cancel"})) == ["Yes, cancel my registration: Tick the box if you are sure."]


def test_registrant_changes_name_language_and_questions(client, event):
    (row,) = people(event, 1)
    link = row.private_path()
    client.post(link, {"deed": "change", "name": "Mai Anh", "language": "ja", "questions": "Why?"})
    row.refresh_from_db()
    assert (row.name, row.language, row.questions, row.email) == ("Mai Anh", "ja", "Why?", "p0@example.org")
    assert words_of(client.post(link, {"deed": "change", "name": "a\nb", "language": "ja"})) != []


def test_cancelled_registrant_has_everything_erased(client, event):
    (row,) = people(event, 1)
    link = row.private_path()
    client.post(link, {"deed": "cancel", "sure": "on"})
    client.post(link, {"deed": "erase"})
    row.refresh_from_db()
    assert (row.name, row.email, row.questions, row.links.count(), Email.objects.count()) == ("", "", "", 0, 0)
    assert client.get(link).status_code == 404


def test_somebody_with_a_place_cannot_be_erased_by_a_crafted_post(client, event):
    (row,) = people(event, 1)
    client.post(row.private_path(), {"deed": "erase"})
    row.refresh_from_db()
    assert row.name == "Person 0"


def test_registering_again_shows_the_same_page_and_tells_only_by_mail(client, event, time_machine):
    pages = [register(client, event) for _time in range(2)]
    assert [page.headers["Location"] for page in pages] == [f"/en/events/{event.slug}/register/done/#main"] * 2
    assert (event.registrations.count(), Email.objects.count()) == (1, 2)
    start = timezone.now()
    for hour in range(1, 4):
        time_machine.move_to(start + timedelta(hours=hour), tick=False)
        register(client, event, name="Stranger")
    assert Email.objects.count() == 3
    assert event.registrations.get().name == "Mai"


def test_the_same_form_sent_twice_is_one_registration_and_one_mail(client, event):
    data = typed()
    for _click in range(2):
        assert client.post(f"/en/events/{event.slug}/register/", data).status_code == 302
    assert (event.registrations.count(), Email.objects.count()) == (1, 1)


def test_somebody_who_cancelled_may_register_again(event):
    (row,) = people(event, 1)
    row.cancel()
    people(event, 1)
    assert states(event) == ["cancelled", CONFIRMED]


def test_nobody_who_comes_later_passes_those_in_line(event):
    people(event, 3)
    Event.objects.filter(pk=event.pk).update(capacity=3)
    event.register("Late", "late@example.org", "en", notice="2026-11")
    assert states(event) == [CONFIRMED, CONFIRMED, CONFIRMED, WAITING]
    assert event.fill_places() == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"opens_at": timezone.now() + timedelta(days=2)},
            {"ja": "申込受付はまだ始まっていません。", "en": "Registration is not open yet."},
        ),
        ({"closes_at": timezone.now() - timedelta(minutes=1)}, {"ja": "申込受付は終了しました。", "en": "Registration is closed."}),
    ],
)
def test_before_and_after_the_time_there_is_no_form_and_no_registration(client, event, change, words, language):
    Event.objects.filter(pk=event.pk).update(**change)
    page = client.get(f"/{language}/events/{event.slug}/register/")
    assert page.status_code == 200 and words[language] in page.content.decode() and '<form class="form"' not in page.content.decode()
    register(client, event, language)
    assert not event.registrations.exists()


def test_an_event_that_was_withdrawn_or_never_was_takes_nobody(client, event):
    Event.objects.filter(pk=event.pk).update(unpublish_at=timezone.now() - timedelta(minutes=1))
    assert register(client, event).status_code == 410
    assert client.post("/en/events/nothing/register/", typed()).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consent": ""}, "I agree that my data is used for this purpose: Without your agreement we may not keep what you send. Tick the box if you agree."),
        ({"email": "nobody"}, "E-mail address: Enter a valid email address."),
        ({"name": "Mai\r\nBcc: a@example.org"}, "Your name: Write this in one line, without hidden characters."),
        ({"name": "M\x00"}, "Your name: Write this in one line, without hidden characters."),
        ({"name": "x" * 81}, "Your name: Ensure this value has at most 80 characters (it has 81)."),
        ({"questions": "x" * 100_000}, "Questions for the speakers: This has 100,000 characters; at most 2,000 can be sent. Please shorten it."),
        ({"language": "xx"}, "Language of our mails to you: Select a valid choice. xx is not one of the available choices."),
        ({"website": "spam"}, "Please empty the field “Leave this field empty”: only robots fill it. Then send again."),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_words_and_everything_typed_is_kept(client, event, changes, words):
    answer = register(client, event, **changes)
    assert (answer.status_code, words_of(answer), event.registrations.count()) == (200, [words], 0)
    assert typed(**changes)["email"] in html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("name", "email"), [("محمد علي", "ali@example.sa"), ("𠮷野 🙂", "yoshi@例え.jp"), ("Nguyễn", "NGUYEN@Example.org")]
)
def test_names_and_addresses_of_the_world_are_kept_and_shown(client, event, name, email):
    register(client, event, name=name, email=email)
    row = event.registrations.get()
    assert (row.name, row.email.lower()) == (name, email.lower())
    assert f'value="{name}"' in html.unescape(client.get(row.private_path()).content.decode())


def test_too_many_tries_of_one_address_wait_with_everything_kept(client, event):
    codes = [register(client, event, name=f"Mai {n}").status_code for n in range(3)]
    assert codes == [302, 302, 429]


def test_registering_needs_no_cookie_and_private_pages_are_kept_by_nobody(event):
    stranger = Client(enforce_csrf_checks=True)
    assert (stranger.get(f"/en/events/{event.slug}/register/").cookies, register(stranger, event).status_code) == ({}, 302)
    page = stranger.get(link_of(Email.objects.get()))
    assert [page.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")] == [
        "private, no-store", "no-referrer", "noindex, nofollow",
    ]  # fmt: skip


def test_only_digests_of_private_links_are_stored(event):
    people(event, 1)
    token = link_of(Email.objects.get()).split("/")[-2]
    assert all(token not in str(row) for row in RegistrationLink.objects.values_list())


def test_the_database_refuses_a_second_registration_of_an_address(event):
    (row,) = people(event, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(
            event=event, state=WAITING, email="P0@example.org", language="en", notice="x", consented_at=timezone.now()
        )  # fmt: skip


def test_registering_writes_no_search_entry_anew(event):
    before = set(SearchEntry.objects.filter(kind="event").values_list("pk", flat=True))
    people(event, 3)[0].cancel()
    assert set(SearchEntry.objects.filter(kind="event").values_list("pk", flat=True)) == before
    assert not SearchEntry.objects.filter(words__contains="person 0").exists()


def test_the_places_left_on_the_cards_are_those_of_now(client, event):
    Event.objects.exclude(pk=event.pk).delete()
    assert "2 places free" in client.get("/en/events/").content.decode()
    people(event, 1)
    assert "1 place free" in client.get("/en/events/").content.decode()
