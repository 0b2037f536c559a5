"""The edition: what raises it, when pages change by themselves, and clocks that are set."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from agencies.models import Agency
from core.edition import Edition, next_change, now, present, raise_edition, raised_once
from core.models import SiteText, content_changed
from desk.models import Closure, Office
from events.models import Event
from faq.models import Category, Question
from interviews.models import Consent, Person
from pages.models import Notice
from tests.staff import posted_form, url_of
from tests.test_transfer import confirm, export, preview, rows_of, table
from tests.worker import Reader

pytestmark = pytest.mark.django_db


CHANGES = {
    "a saved row": lambda: Person.objects.first().save(),
    "rows changed at once": lambda: Category.objects.filter(pk=1).update(title_en="Another name"),
    "a drag": lambda: Category.objects.bulk_update(Category.objects.all()[:2], ["order"]),
    "a new row": lambda: Notice.objects.create(slug="closed", title_en="Closed", title_ja="休業", published_at=timezone.now()),
    "a deleted row": lambda: Question.objects.first().delete(),
    "rows deleted at once": lambda: Question.objects.filter(pk__lt=4).delete(),
    "a withdrawn consent": lambda: Consent.objects.first().withdraw(),
    "a closed day": lambda: Closure.objects.create(first_on="2026-12-01", last_on="2026-12-01", reason_ja="点検", reason_en="Works"),
    "the words on every page": lambda: SiteText.objects.first().save(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_content_is_an_edition_of_its_own(change):
    before = present().number
    change()
    assert present().number > before


def test_a_change_that_is_rolled_back_is_no_edition():
    before = present().number
    with transaction.atomic():
        Person.objects.first().save()
        transaction.set_rollback(True)
    assert present().number == before


@pytest.mark.parametrize(
    "change",
    [
        lambda: Person.objects.filter(order=1).update(name_en="Half done"),
        lambda: Person.objects.filter(order=1).first().save(),
        lambda: Notice.objects.bulk_create([Notice(slug="half-done", published_at=timezone.now(), title_ja="半", title_en="Half")]),
    ],
    ids=["update", "save", "bulk_create"],
)
def test_a_change_whose_listeners_fail_is_not_half_made(change):
    def fail(**_told):
        raise RuntimeError("no search index")

    before = [Person.objects.get(order=1).updated_at, Person.objects.get(order=1).name_en, Notice.objects.count()]
    for signal in (content_changed, post_save):
        signal.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            change()
    finally:
        for signal in (content_changed, post_save):
            signal.disconnect(fail)
    assert [Person.objects.get(order=1).updated_at, Person.objects.get(order=1).name_en, Notice.objects.count()] == before


def test_what_visitors_and_staff_do_for_themselves_is_no_edition(client, tmg_editor):
    before = present().number
    tmg_editor.save()
    client.force_login(tmg_editor)
    event = next(event for event in Event.objects.published() if event.places == "free")
    event.registrations.create(state="waiting", name="A", email="a@example.org", language="en", notice="x", consented_at=timezone.now())
    assert present().number == before


def test_a_place_taken_or_given_back_is_on_the_next_request_of_the_event(reader):
    event = next(event for event in Event.objects.published() if event.places == "free")
    url = f"/en/events/{event.slug}/"
    before = reader.page(url)
    registration = event.register("Anh", "anh@example.org", "en", notice="x")
    taken = reader.page(url)
    registration.cancel()
    assert taken != before and reader.page(url) == before


def test_many_rows_in_one_deed_are_one_edition_and_one_write(django_assert_num_queries):
    before = present().number
    with transaction.atomic(), raised_once():
        for person in Person.objects.all()[:5]:
            person.save()
        with raised_once():
            raise_edition()
        with django_assert_num_queries(0):
            raise_edition()
    assert present().number == before + 1


def test_an_edit_in_the_admin_is_one_edition_and_on_the_next_request_of_every_worker(as_editor):
    workers = [Reader(), Reader()]
    row = Category.objects.get(slug="visa")
    assert [row.title_en in worker.page("/en/faq/visa/") for worker in workers] == [True, True]
    before = present().number
    answer = as_editor.post(url_of(row), posted_form(as_editor, url_of(row), title_en="Visas, newly written"))
    assert answer.status_code == 302
    assert ["Visas, newly written" in worker.page("/en/faq/visa/") for worker in workers] == [True, True]
    assert present().number == before + 1


def quiet_moment(length: timedelta) -> datetime:
    """From now on the first moment (aware) after which no page changes by itself for so long."""
    at = timezone.now().replace(microsecond=0)
    while (change := next_change(at)) <= at + length:
        at = change
    return at


def test_a_scheduled_page_appears_and_vanishes_with_the_first_request_after_its_minute(reader, time_machine):
    start = quiet_moment(timedelta(minutes=11))
    time_machine.move_to(start, tick=False)
    moments = {"published_at": start + timedelta(minutes=5), "unpublish_at": start + timedelta(minutes=10)}
    Notice.objects.create(slug="soon", title_en="Open on Sunday", title_ja="日曜も開きます", **moments)
    shown = []
    for minutes in (0, 4, 5, 9, 10, 11):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        shown.append("Open on Sunday" in reader.page("/en/"))
    assert shown == [False, False, True, True, False, False]
    assert reader.rendered.count("/en/") == 3


def test_a_clock_that_is_set_back_brings_no_page_back(reader, time_machine):
    start = quiet_moment(timedelta(minutes=6))
    time_machine.move_to(start, tick=False)
    Person.objects.filter(pk=1).update(unpublish_at=start + timedelta(minutes=5))
    url = Person.objects.get(pk=1).addresses()[1]
    assert reader.get(url)[0] == 200
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    assert reader.get(url)[0] == 410
    time_machine.move_to(start, tick=False)
    assert [reader.get(url)[0], Reader().get(url)[0]] == [410, 410]
    assert now() == start + timedelta(minutes=5)


def test_a_clock_that_ran_far_ahead_for_a_while_leaves_no_change_unseen(reader, time_machine):
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=400), tick=False)
    present()
    time_machine.move_to(start, tick=False)
    assert present().next_change_at <= start + timedelta(days=1)


@pytest.mark.parametrize(("hours", "is_believed"), [(24.9, True), (25.1, False), (-0.1, False)])
def test_a_next_change_is_believed_when_it_lies_within_25_hours(hours, is_believed):
    noted = timezone.now() + timedelta(hours=hours)
    Edition.objects.update(next_change_at=noted)
    assert (present().next_change_at == noted) == is_believed


def test_next_change_is_tokyo_midnight_or_whatever_comes_first():
    at = datetime(2031, 3, 4, 13, 0, tzinfo=UTC)  # 22:00 in Tokyo; no demo event is near, all offices are closed
    assert next_change(at) == datetime(2031, 3, 4, 15, 0, tzinfo=UTC)
    morning = datetime(2031, 3, 4, 0, 0, tzinfo=UTC)  # Tuesday
    opening = Office.objects.published().first().opening(morning).changes_at
    assert next_change(morning) <= opening
    Event.objects.filter(pk=1).update(opens_at=at + timedelta(minutes=7))
    assert next_change(at) == at + timedelta(minutes=7)


def test_a_lapsed_licence_leaves_with_tokyo_midnight(reader, time_machine):
    agency = Agency.objects.published().first()
    url = agency.addresses()[1]
    last = timezone.localtime().replace(hour=23, minute=59, second=30) + timedelta(days=1)
    Agency.objects.filter(pk=agency.pk).update(licence_valid_until=last.date())
    time_machine.move_to(last, tick=False)
    assert reader.get(url)[0] == 200
    time_machine.move_to(last + timedelta(minutes=1), tick=False)
    assert reader.get(url)[0] == 410


def test_a_database_without_an_edition_gets_one():
    Edition.objects.all().delete()
    assert present().number == 1
    Edition.objects.all().delete()
    raise_edition()
    assert present().number == 1


def test_an_import_of_many_rows_is_one_edition(as_editor):
    rows = rows_of(export(as_editor, Agency))
    answer = preview(as_editor, Agency, table([{**row, "name_en": f"{row['name_en']}, renamed"} for row in rows]))
    before = present().number
    confirm(as_editor, Agency, answer)
    assert Agency.objects.filter(name_en__endswith=", renamed").count() == len(rows)
    assert present().number == before + 1
