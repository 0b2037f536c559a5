"""The report of the desk: counts without persons, and topics that lack a public answer."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from desk.models import Case
from desk.report import Report
from tests import factories
from tests.conftest import member
from tests.test_case_admin import LIST

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def test_report_is_for_tmg_and_pasona(client, abroad):
    for role, code in (("editor", 200), ("operator", 200), ("administrator", 403)):
        client.force_login(member(role))
        assert client.get(f"{LIST}report/").status_code == code
    client.force_login(member("counsellor", office=abroad))
    assert client.get(f"{LIST}report/").status_code == 403
    assert client.get(f"{LIST}report.csv").status_code == 403


def test_editor_finds_the_report_on_the_first_page_and_a_counsellor_does_not(client, tmg_editor, counsellor):
    for user, shown in ((tmg_editor, True), (counsellor, False)):
        client.force_login(user)
        assert (f'href="{LIST}report/"' in client.get("/admin/").content.decode()) == shown


def test_topics_with_many_cases_and_no_public_answer_come_first(as_operator, pasona_operator):
    for topic, count in (("visa", 1), ("housing", 3)):
        for _number in range(count):
            factories.case(topic=topic)
    answered = factories.case(topic="salary")
    answered.reply(pasona_operator, "See the answer", faq_answer="question/agency-fee")
    topics = as_operator.get(f"{LIST}wanted/").context["topics"]
    assert [topic["count"] for topic in topics] == [3, 1]


@pytest.fixture
def a_month(pasona_operator, time_machine):
    """Four cases of November 2026: answered after 2, 10 and 200 hours, one never; two rated."""
    start = datetime(2026, 11, 2, 9, 0, tzinfo=TOKYO)
    for hours, rating in ((2, 5), (10, 4), (200, None), (None, None)):
        time_machine.move_to(start, tick=False)
        case = factories.case(topic="visa" if hours else "housing")
        if hours:
            time_machine.move_to(start + timedelta(hours=hours), tick=False)
            case.reply(pasona_operator, "A")
        if rating:
            case.rate(rating)
    time_machine.move_to(datetime(2026, 11, 30, 9, 0, tzinfo=TOKYO), tick=False)


def test_report_counts_cases_times_and_ratings(a_month):
    november = datetime(2026, 11, 1).date()
    report = Report.of(november, november)
    total = report.total
    assert (total.count, total.median_hours, total.most_hours, total.share_in_time, total.rating) == (4, 10.0, 200.0, 50, 4.5)
    assert [(name, tally.count) for name, tally in report.rows_of("channel")] == [("web form", 4)]
    assert sorted((name, tally.count) for name, tally in report.groups["topic"].items()) == [("housing", 1), ("visa", 3)]


def test_report_counts_stay_when_the_person_is_erased(a_month):
    november = datetime(2026, 11, 1).date()
    before = Report.of(november, november).total
    for case in Case.objects.all():
        case.erase()
    assert Report.of(november, november).total == before


def test_report_page_and_tables_are_in_both_languages_and_hold_no_person(a_month, as_operator, language):
    query = f"?first=2026-11&last=2026-11&language={language}"
    page = as_operator.get(f"{LIST}report/{query}").content.decode()
    words = {"ja": "月別の相談件数", "en": "Cases by month"}[language]
    assert words in page and '<svg role="img"' in page and "2026-11: 4." in page
    book = openpyxl.load_workbook(io.BytesIO(as_operator.get(f"{LIST}report.xlsx{query}").content))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[1][2:] == ["4", "10.0", "200.0", "50", "4.5", "2"]
    table = as_operator.get(f"{LIST}report.csv{query}").content.decode("utf-8-sig")
    for text in (page, str(cells), table):
        assert "Mai" not in text.replace("Maintenance", "") and "mai@" not in text


@pytest.mark.parametrize(
    "query", ["?first=x&last=y", "?first=2026-13", "?first=2027-01&last=2026-01", "?first=0001-01&last=9999-12", "?language=xx"]
)
def test_report_answers_any_period(as_operator, query):
    assert as_operator.get(f"{LIST}report/{query}").status_code == 200
