from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from icalendar import Calendar

from events.models import Event
from interviews.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({}, "free", {"ja": "残り10席", "en": "10 places free"}),
        ({"taken": 10}, "waiting", {"ja": "満席：キャンセル待ち", "en": "Full: waiting list"}),
        ({"closes_at": timezone.now() - timedelta(hours=1)}, "closed", {"ja": "申込受付は終了しました", "en": "Registration closed"}),
        ({"opens_at": timezone.now() + timedelta(1)}, "not-yet", {"ja": "申込受付は", "en": "Registration opens"}),
        ({"starts_at": timezone.now() - timedelta(2), "ends_at": timezone.now() - timedelta(1)}, "past", {"ja": "開催済み", "en": "Past"}),
    ],
)
def test_visitor_sees_whether_there_is_a_place(client, change, state, words, language):
    row = factories.event(**change)
    assert row.places == state
    assert words[language] in client.get(f"/{language}/events/{row.slug}/").content.decode()


def test_visitor_sees_the_time_of_the_place_and_of_tokyo(client):
    start = datetime(2027, 3, 6, 7, 0, tzinfo=UTC)
    row = factories.event(starts_at=start, ends_at=start + timedelta(hours=3))
    page = client.get(f"/en/events/{row.slug}/").content.decode()
    assert "14:00–17:00 (Vietnam time)" in page and "16:00–19:00" in page


def test_calendar_of_one_event_holds_its_moments_and_words(client):
    row = factories.event()
    response = client.get(f"/ja/events/{row.slug}/event.ics")
    entry = Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert [entry["summary"], entry["dtstart"].dt] == ["Evening ja", row.starts_at.replace(microsecond=0)]


def test_calendar_feed_holds_the_coming_events_only(client):
    entries = Calendar.from_ical(client.get("/en/events/calendar.ics").content).walk("VEVENT")
    assert {str(entry["uid"]).split("@")[0] for entry in entries} == {event.slug for event in Event.objects.published().upcoming()}


def test_vietnam_indonesia_and_taiwan_come_first(client):
    groups = client.get("/en/events/").context["upcoming"]
    assert [group["code"] for group in groups][:3] == ["VN", "ID", "TW"]


def test_the_people_who_speak_are_shown_as_people(client):
    speaker = Person.objects.published().first()
    row = factories.event(see_also=f"person/{speaker.slug}")
    response = client.get(f"/en/events/{row.slug}/")
    assert response.context["speakers"] == [speaker]


@pytest.mark.parametrize("change", [{"taken": 11}, {"ends_at": timezone.now() - timedelta(90)}])
def test_the_database_refuses_an_impossible_event(change):
    row = factories.event()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=row.pk).update(**change)


def test_visitor_without_events_is_led_to_the_desk(client, language):
    Event.objects.all().delete()
    assert f'href="/{language}/desk/"' in client.get(f"/{language}/events/").content.decode().split('class="empty"')[1]


@pytest.mark.parametrize(("fee", "is_free"), [("", True), ("500 yen", False)])
def test_search_engine_is_told_where_when_and_whether_for_nothing(fee, is_free):
    event = factories.event(fee_ja=fee, fee_en=fee, address_ja="住所", address_en="1 Road", country="VN")
    with translation.override("en"):
        told = event.schema_org()
    assert (told["@type"], told["isAccessibleForFree"]) == ("Event", is_free)
    assert told["location"] == {"@type": "Place", "name": "Hall en", "address": "1 Road, Hanoi en, Vietnam"}
    assert told["url"] == f"http://127.0.0.1:8000/en/events/{event.slug}/"
