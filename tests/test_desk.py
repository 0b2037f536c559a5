from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.models import Opening, is_new_year_closure, public_holidays
from tests import factories

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def at(*moment) -> datetime:
    return datetime(*moment, tzinfo=TOKYO)


def test_japanese_holidays_of_2026_are_those_of_the_official_list():
    days = [(1, 1), (1, 12), (2, 11), (2, 23), (3, 20), (4, 29), (5, 3), (5, 4), (5, 5), (5, 6), (7, 20), (8, 11), (9, 21), (9, 22), (9, 23),
            (10, 12), (11, 3), (11, 23)]  # fmt: skip
    assert public_holidays("JP", 2026) == {date(2026, *day) for day in days}


@pytest.mark.parametrize(
    ("moment", "is_open", "changes_at"),
    [
        ((2026, 11, 24, 8, 59), False, (2026, 11, 24, 9, 0)),
        ((2026, 11, 24, 9, 0), True, (2026, 11, 24, 18, 0)),
        ((2026, 11, 24, 17, 59), True, (2026, 11, 24, 18, 0)),
        ((2026, 11, 24, 18, 0), False, (2026, 11, 25, 9, 0)),
        ((2026, 11, 20, 18, 30), False, (2026, 11, 24, 9, 0)),  # a weekend and Labour Thanksgiving Day
        ((2026, 12, 28, 18, 0), False, (2027, 1, 4, 9, 0)),  # the New Year closure
    ],
)
def test_the_telephone_desk_is_open_on_working_days_from_nine_to_six(moment, is_open, changes_at):
    desk = factories.office(is_telephone_desk=True)
    desk.refresh_from_db()
    assert desk.opening(at(*moment)) == Opening(is_open, at(*changes_at))


def test_a_closure_of_all_offices_and_one_of_this_office_close_it(time_machine):
    time_machine.move_to(at(2026, 11, 24, 10, 0), tick=False)
    desk, other = factories.office(), factories.office()
    factories.closure(first_on=date(2026, 11, 24), last_on=date(2026, 11, 24))
    factories.closure(office=desk, first_on=date(2026, 11, 25), last_on=date(2026, 11, 26))
    for row in (desk, other):
        row.refresh_from_db()
    assert desk.opening() == Opening(False, at(2026, 11, 27, 9, 0))
    assert other.opening() == Opening(False, at(2026, 11, 25, 9, 0))


def test_an_office_abroad_keeps_its_own_holidays():
    hanoi = factories.office(country="VN", zone="Asia/Ho_Chi_Minh", opens="08:30", closes="17:00")
    hanoi.refresh_from_db()
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert hanoi.works_on(date(2026, 9, 2)) is False
    assert hanoi.opening(datetime(2026, 11, 23, 9, 0, tzinfo=zone)) == Opening(True, datetime(2026, 11, 23, 17, 0, tzinfo=zone))


def test_new_year_days_are_29_december_to_3_january():
    days = [date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4)]
    assert [is_new_year_closure(day) for day in days] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("moment", "words"),
    [((2026, 11, 24, 10, 0), {"ja": "受付中", "en": "Open now"}), ((2026, 11, 23, 10, 0), {"ja": "時間外", "en": "Closed"})],
)
def test_visitor_sees_whether_the_desk_is_open(client, time_machine, language, moment, words):
    time_machine.move_to(at(*moment), tick=False)
    for page in ("", "desk/"):
        assert words[language] in client.get(f"/{language}/{page}").content.decode()


def test_visitor_can_call_the_desk_and_sees_the_hours_in_four_cities(client, language):
    page = client.get(f"/{language}/desk/").content.decode()
    assert 'href="tel:+815037861085"' in page
    for hours in ("9:00–18:00", "8:00–17:00", "7:00–16:00"):
        assert hours in page
