"""What the desk does with cases, and who sees which."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email

from core.morning import morning_list
from desk.canned import CannedReply
from desk.models import Case, Office, Sight
from desk.report import Report
from faq.models import Question
from staff.models import User
from tests import factories
from tests.conftest import member
from tests.staff import posted_form, url_of

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/case/"
TOKYO = ZoneInfo("Asia/Tokyo")


def page_of(case: Case) -> str:
    return f"{LIST}{case.pk}/change/"


def listed(client, query="?state=all") -> list[Case]:
    return list(client.get(LIST + query).context["cl"].queryset.order_by("pk"))


@pytest.fixture
def abroad():
    return Office.objects.get(slug="hanoi")


@pytest.fixture
def counsellor_abroad(abroad):
    return member("counsellor", office=abroad)


@pytest.fixture
def as_operator(client, pasona_operator):
    client.force_login(pasona_operator)
    return client


def file_of(case: Case):
    return case.messages.first().attachments.create(file=ContentFile(b"%PDF-1.7", name="1.pdf"), name="cv.pdf", content_type="x", size=8)


def test_the_list_of_cases_opens_on_what_waits_and_offers_every_other_state(as_operator):
    shown = as_operator.get(LIST).context["cl"]
    offered = [(choice["query_string"], choice["selected"]) for choice in shown.filter_specs[0].choices(shown)]
    states = ["todo", "new", "open", "waiting", "answered", "closed", "all"]
    assert offered == [(f"?state={state}", state == "todo") for state in states]


def test_counsellor_sees_cases_of_the_own_office_and_those_given_to_them_everywhere(client, counsellor_abroad, abroad, pasona_operator):
    own, given, other = factories.case(office=abroad), factories.case("Please find me"), factories.case("Please find me not")
    given.assign(counsellor_abroad)
    client.force_login(counsellor_abroad)
    assert listed(client) == [own, given]
    assert listed(client, "?q=find") == [given]
    assert listed(client, f"?q={other.number}") == []
    assert [client.get(page_of(case)).status_code for case in (own, given, other)] == [200, 200, 404]
    assert [client.get(f"{LIST}file/{file_of(case).pk}/").status_code for case in (own, given, other)] == [200, 200, 404]
    assert client.post(page_of(other), {"deed": "close"}).status_code == 404
    assert client.post(f"{LIST}{other.pk}/draft/").status_code == 404
    assert client.post(LIST, {"action": "close_all", "_selected_action": [other.pk]}).status_code == 302
    assert client.get(f"{LIST}{other.pk}/history/").status_code == 404
    other.refresh_from_db()
    assert other.state == "new"
    topics = client.get(f"{LIST}wanted/").context["topics"]
    assert [case for topic in topics for case in topic["cases"]] == [given, own]


def test_counsellor_takes_in_no_duplicate_that_is_not_theirs(client, counsellor_abroad, abroad):
    own, other = factories.case(office=abroad), factories.case()
    client.force_login(counsellor_abroad)
    answer = client.post(page_of(own), {"deed": "merge", "number": other.number})
    assert answer.context["forms"]["merge"].errors["number"] == ["この番号の相談は、ほかにありません。"]
    other.refresh_from_db()
    assert other.merged_into is None


def test_operator_sees_every_case_and_editor_and_administrator_none(client, pasona_operator, abroad):
    cases = [factories.case(office=abroad), factories.case()]
    client.force_login(pasona_operator)
    assert listed(client) == cases
    for role in ("editor", "administrator"):
        client.force_login(member(role))
        paths = [LIST, page_of(cases[0]), f"{LIST}add/", f"{LIST}wanted/", f"{LIST}{cases[0].pk}/history/"]
        assert all(client.get(path).status_code in (403, 404) for path in paths)
        assert client.get(f"{LIST}file/{file_of(cases[0]).pk}/").status_code in (403, 404)
        assert client.post(page_of(cases[0]), {"deed": "close"}).status_code in (403, 404)


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


def test_list_opens_on_what_waits_and_shows_no_name(as_operator, pasona_operator):
    waiting, answered = factories.case(name="Secretname"), factories.case()
    answered.reply(pasona_operator, "Done")
    assert listed(as_operator, "") == [waiting]
    page = as_operator.get(LIST).content.decode()
    assert "Secretname" not in page and "<bdi>S…</bdi>" in page


@pytest.mark.parametrize(
    ("words", "query"),
    [("ビザについて", "びざ"), ("ﾋﾞｻﾞの質問", "ビザ"), ("髙﨑です", "髙﨑"), ("Thủ tục", "thu tuc"), ("ＶＩＳＡ question", "visa QUESTION")],
)
def test_search_finds_the_visitors_words_however_they_are_written(as_operator, words, query):
    case = factories.case(words)
    factories.case("別の話")
    assert listed(as_operator, f"?q={query}") == [case]


def test_search_finds_by_number_name_address_and_note(as_operator, pasona_operator):
    case = factories.case(name="Nguyễn", email="nguyen@example.vn")
    factories.case(name="Other", email="other@example.org")
    case.note(pasona_operator, "Called on Monday about Osaka")
    for query in (case.number, "nguyen", "nguyen@example.vn", "osaka"):
        assert listed(as_operator, f"?q={query}") == [case]


def test_every_opening_is_noted_with_who_and_when(as_operator, pasona_operator, time_machine):
    moment = timezone.now()
    time_machine.move_to(moment, tick=False)
    case = factories.case()
    as_operator.get(page_of(case))
    assert list(Sight.objects.values_list("case", "user", "seen_at")) == [(case.pk, pasona_operator.pk, moment)]


def test_a_colleague_who_opened_the_case_lately_is_named(client, as_operator, pasona_operator, counsellor, time_machine):
    case = factories.case(office=counsellor.office)
    as_operator.get(page_of(case))
    client.force_login(counsellor)
    assert "operator さんが" in client.get(page_of(case)).content.decode()
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    Sight.objects.filter(user=counsellor).delete()
    client.force_login(User.objects.get(pk=counsellor.pk))
    assert client.get(page_of(case)).context["looking"] == []


def test_operator_answers_and_the_visitor_gets_the_words(as_operator, pasona_operator):
    case = factories.case()
    answer = as_operator.post(page_of(case), {"deed": "reply", "body": "A month.", "channel": "mail", "seen": case.last_words}, follow=True)
    case.refresh_from_db()
    assert "回答をメールで送ります。" in answer.content.decode()
    assert (case.state, case.owner, case.answer_by) == ("answered", pasona_operator, None)
    assert "A month." in Email.objects.order_by("pk").last().message
    assert str(LogEntry.objects.latest("pk").object_repr) == case.number


def test_operator_asks_back_and_it_is_the_visitors_turn(as_operator):
    case = factories.case()
    as_operator.post(page_of(case), {"deed": "reply", "body": "Where?", "channel": "mail", "asks": "on", "seen": case.last_words})
    case.refresh_from_db()
    assert case.state == "waiting"


def test_two_who_answer_at_once_the_second_is_told_and_keeps_the_words(as_operator, counsellor):
    case = factories.case()
    seen = case.last_words
    case.reply(counsellor, "First!")
    answer = as_operator.post(page_of(case), {"deed": "reply", "body": "Second words", "channel": "mail", "seen": seen})
    page = answer.content.decode()
    assert "新しいメッセージが加わりました" in page and "Second words" in page
    assert case.messages.count() == 2
    form = answer.context["forms"]["reply"]
    as_operator.post(page_of(case), {"deed": "reply", "body": "Second words", "channel": "mail", "seen": form["seen"].value()})
    assert case.messages.count() == 3


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"body": "  ", "channel": "mail"}, "body", "回答を書いてください。"),
        ({"body": "x", "channel": "mail"}, "channel", "メールアドレスがありません。「詳細」に入力するか、ほかの方法を選んでください。"),
        ({"body": "x", "channel": "web"}, "channel", "正しく選択してください。 web は候補にありません。"),
    ],
)
def test_an_answer_that_cannot_go_out_is_told_in_words(as_operator, data, field, words):
    case = factories.case(email="")
    answer = as_operator.post(page_of(case), {"deed": "reply", "seen": case.last_words, **data})
    assert answer.context["forms"]["reply"].errors[field] == [words]


def test_canned_reply_is_put_behind_the_typed_words_in_the_language_of_the_case(as_operator, language):
    case, reply = factories.case(language=language, name="Mai"), factories.canned_reply()
    data = {"deed": "insert", "body": "Hello.", "canned": reply.pk, "channel": "mail", "seen": case.last_words}
    form = as_operator.post(page_of(case), data).context["forms"]["reply"]
    path = f"http://127.0.0.1:8000/{language}/faq/apply/?open=agency-fee#agency-fee"
    topic = Question.objects.get(slug="agency-fee").category.slug
    assert form["body"].value() == f"Hello.\n\nDear Mai, see {path.replace('apply', topic)} {language}"
    assert form["faq_answer"].value() == "question/agency-fee"
    assert case.messages.count() == 1


def test_canned_reply_with_a_wrong_placeholder_is_refused_on_its_field(as_operator):
    data = {"title_ja": "題", "title_en": "T", "body_ja": "{nam} 様", "body_en": "Dear {name}", "answer": "question/none", "order": 1}
    errors = as_operator.post("/admin/desk/cannedreply/add/", data).context["adminform"].form.errors
    assert {name: list(words) for name, words in errors.items()} == {
        "body_ja": ["{nam} という差し込みはありません。"],
        "body_en": ["日本語と英語で、同じ差し込みを使ってください。"],
        "answer": ["このアドレスのページはありません：question/none"],
    }


def test_who_changes_an_answer_is_shown_the_canned_reply_and_the_other_way_round(client, tmg_editor):
    reply, question = factories.canned_reply(), Question.objects.get(slug="agency-fee")
    client.force_login(tmg_editor)
    assert url_of(reply) in client.get(url_of(question)).content.decode()
    assert url_of(question) in client.get(url_of(reply)).content.decode()
    assert url_of(reply) not in client.get(url_of(Question.objects.exclude(pk=question.pk).first())).content.decode()


def test_demo_canned_replies_are_sound():
    rows = list(CannedReply.objects.all())
    assert len(rows) >= 6
    for row in rows:
        row.full_clean()


def test_case_is_handed_over_with_a_word_and_the_other_office_sees_it(client, counsellor, abroad):
    case = factories.case(office=counsellor.office)
    client.force_login(counsellor)
    answer = client.post(page_of(case), {"deed": "hand_over", "office": abroad.pk, "note": "Speaks Vietnamese"})
    case.refresh_from_db()
    assert (answer.headers["Location"], case.office, case.owner) == (LIST, abroad, None)
    assert "Speaks Vietnamese" in case.notes.get().body
    assert client.get(page_of(case)).status_code == 404


def test_duplicate_is_taken_in_and_its_private_page_leads_on(client, as_operator):
    from desk.models import CaseLink

    case, other = factories.case("First"), factories.case("Second")
    link = other.private_path(CaseLink.issue(case=other))
    as_operator.post(page_of(case), {"deed": "merge", "number": other.number})
    other.refresh_from_db()
    assert (other.merged_into, other.state) == (case, "closed")
    assert sorted(message.body for message in case.messages.all()) == ["First", "Second"]
    assert case.number in client.get(link).content.decode()
    assert client.get(page_of(other)).context["may_change"] is False


def test_erasing_a_case_erases_what_was_taken_in_and_the_log(as_operator):
    case, other = factories.case("First"), factories.case("Second", name="Secretname")
    as_operator.get(page_of(case))
    as_operator.post(page_of(case), {"deed": "merge", "number": other.number})
    assert LogEntry.objects.filter(object_id=case.pk, content_type__model="case").exists()
    case.refresh_from_db()
    case.erase()
    other.refresh_from_db()
    assert (other.name, other.erased_at is not None) == ("", True)
    assert not LogEntry.objects.filter(object_id=case.pk, content_type__model="case").exists()
    assert not Email.objects.exists()
    assert list(Sight.objects.filter(case=case).values_list("user__username", flat=True).distinct()) == ["operator"]


def test_files_go_when_the_erasing_is_certain(as_operator, django_capture_on_commit_callbacks):
    case = factories.case()
    file = file_of(case)
    with django_capture_on_commit_callbacks(execute=True):
        case.erase()
    assert file.file.storage.exists(file.file.name) is False


def test_nobody_changes_a_case_that_was_erased(as_operator):
    case = factories.case()
    case.erase()
    assert as_operator.post(page_of(case), {"deed": "reopen"}).status_code == 403
    assert as_operator.get(page_of(case)).status_code == 200


def test_details_are_mended_and_found(as_operator):
    case = factories.case(email="")
    data = {
        "deed": "details",
        "topic": "salary",
        "language": "ja",
        "name": "山田",
        "email": "y@example.org",
        "country": "ID",
        "wish": "mail",
    }
    as_operator.post(page_of(case), data)
    case.refresh_from_db()
    assert (case.topic, case.language, case.name, case.email, str(case.country)) == ("salary", "ja", "山田", "y@example.org", "ID")
    assert listed(as_operator, "?q=山田") == [case]


def test_a_call_is_logged_with_three_fields_and_is_a_closed_case(as_operator, pasona_operator):
    office = Office.objects.answering()
    answer = as_operator.post(
        f"{LIST}add/",
        {"channel": "phone", "question": "N2は要りますか", "answer": "会社によります", "outcome": "answered", "topic": "other", "language": "ja", "office": office.pk},
    )  # fmt: skip
    case = Case.objects.get()
    assert answer.headers["Location"] == page_of(case)
    assert (case.channel, case.state, case.owner, case.office) == ("phone", "closed", pasona_operator, office)
    assert [message.body for message in case.messages.all()] == ["N2は要りますか", "会社によります"]
    assert case.first_answered_at is not None and not Email.objects.exists()


def test_a_call_to_be_followed_up_has_an_answer_by_and_a_receipt(as_operator):
    data = {
        "channel": "visit",
        "question": "Visa?",
        "outcome": "open",
        "topic": "visa",
        "language": "en",
        "office": Office.objects.answering().pk,
    }
    refused = as_operator.post(f"{LIST}add/", data)
    assert list(refused.context["form"].errors) == ["phone"] and "Visa?" in refused.content.decode()
    refused = as_operator.post(f"{LIST}add/", {**data, "email": "mai@example.org"})
    assert list(refused.context["form"].errors) == ["agreed"]
    as_operator.post(f"{LIST}add/", {**data, "email": "mai@example.org", "agreed": "on"})
    case = Case.objects.get()
    assert (case.state, case.answer_by is not None, case.notice) == ("open", True, "2026-11")
    assert case.number in Email.objects.get().message


def test_counsellor_logs_for_the_own_office_only(client, counsellor_abroad, abroad):
    client.force_login(counsellor_abroad)
    data = {"channel": "phone", "question": "Q", "answer": "A", "outcome": "answered", "topic": "other", "language": "en"}
    refused = client.post(f"{LIST}add/", {**data, "office": Office.objects.answering().pk})
    assert list(refused.context["form"].errors) == ["office"]
    client.post(f"{LIST}add/", {**data, "office": abroad.pk})
    assert Case.objects.get().office == abroad


def test_a_draft_for_the_faq_holds_no_person(as_operator, pasona_operator):
    words = "Hello, my name is Mai Nguyen. Can I bring my dog to Tokyo? Call +84 24 1234 5678 or mai@example.org. Regards, Mai Nguyen"
    case = factories.case(words, name="Mai Nguyen", topic="housing")
    case.reply(pasona_operator, "Dear Mai Nguyen. Yes, after a quarantine.")
    answer = as_operator.post(f"{LIST}{case.pk}/draft/")
    draft = Question.objects.latest("pk")
    assert answer.headers["Location"] == url_of(draft)
    assert draft.title_en == "Can I bring my dog to Tokyo? Call … or …."
    assert (draft.answer_en, draft.published_at, draft.category.slug, draft.title_ja) == ("Yes, after a quarantine.", None, "housing", None)


def test_a_case_without_a_topic_of_the_faq_makes_no_draft(as_operator):
    case = factories.case(topic="other")
    before = Question.objects.count()
    as_operator.post(f"{LIST}{case.pk}/draft/")
    assert Question.objects.count() == before


def test_topics_with_many_cases_and_no_public_answer_come_first(as_operator, pasona_operator):
    for topic, count in (("visa", 1), ("housing", 3)):
        for _number in range(count):
            factories.case(topic=topic)
    answered = factories.case(topic="salary")
    answered.reply(pasona_operator, "See the answer", faq_answer="question/agency-fee")
    topics = as_operator.get(f"{LIST}wanted/").context["topics"]
    assert [topic["count"] for topic in topics] == [3, 1]


def test_morning_list_tells_late_and_soon_cases_to_those_who_see_them(counsellor_abroad, abroad, pasona_operator, time_machine):
    time_machine.move_to(datetime(2026, 11, 26, 10, 0, tzinfo=TOKYO), tick=False)
    own, other = factories.case(office=abroad), factories.case()
    time_machine.move_to(datetime(2026, 11, 30, 9, 0, tzinfo=TOKYO), tick=False)
    assert [line.url for line in morning_list(counsellor_abroad) if line.url == page_of(own)] == [page_of(own)]
    assert page_of(other) not in [line.url for line in morning_list(counsellor_abroad)]
    time_machine.move_to(datetime(2026, 11, 30, 11, 0, tzinfo=TOKYO), tick=False)
    late = {line.url: line.css for line in morning_list(pasona_operator)}
    assert (late[page_of(own)], late[page_of(other)]) == ("now", "now")


def test_a_form_kept_over_a_sign_in_is_shown_and_not_sent(client, pasona_operator):
    case = factories.case()
    client.post(page_of(case), {"deed": "reply", "body": "Long words", "channel": "mail", "seen": case.last_words})
    session = client.session
    kept = dict(session["kept_form"])
    client.force_login(pasona_operator)
    session = client.session
    session["kept_form"] = kept
    session.save()
    page = client.get(page_of(case)).content.decode()
    assert "Long words" in page and "入力した内容は残っています" in page
    assert case.messages.count() == 1


def asked(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_lists_and_pages_of_cases_cost_the_same_for_one_and_for_three(as_operator):
    case = factories.case()
    one = asked(as_operator, LIST), asked(as_operator, page_of(case))
    for number in range(2):
        factories.case()
        case.receive(f"More {number}")
        case.note(None, "Note")
    assert (asked(as_operator, LIST), asked(as_operator, page_of(case))) == one
    assert one[0] <= 12 and one[1] <= 25


def test_cases_are_in_neither_history_nor_the_public_search(as_operator, client):
    from reversion.models import Version

    from search.models import SearchEntry

    case = factories.case("Zebra crossing question")
    as_operator.post(page_of(case), {"deed": "note", "body": "Zebra"})
    assert not Version.objects.filter(content_type__app_label="desk", content_type__model__in=["case", "message", "note"]).exists()
    assert not SearchEntry.objects.filter(words__contains="zebra").exists()
    assert str(case) == case.number


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


def test_silent_cases_are_closed_and_old_ones_erased_and_a_dry_run_only_counts(pasona_operator, time_machine, capsys):
    from django.core.management import call_command

    case = factories.case()
    case.reply(pasona_operator, "A")
    time_machine.move_to(timezone.now() + timedelta(days=15))
    call_command("erase_expired", "--dry-run")
    assert "cases closed 1" in capsys.readouterr().out
    call_command("erase_expired")
    case.refresh_from_db()
    assert (case.state, case.name) == ("closed", "Mai")
    time_machine.move_to(timezone.now() + timedelta(days=366))
    call_command("erase_expired")
    case.refresh_from_db()
    assert (case.name, case.topic, case.erased_at is not None) == ("", "visa", True)
    call_command("erase_expired")
    assert capsys.readouterr().out.splitlines()[-1].startswith("Erased: cases closed 0, cases 0,")


def test_hidden_fields_of_a_case_change_nothing(as_operator, counsellor):
    case = factories.case()
    data = {
        "deed": "details",
        "topic": "visa",
        "language": "en",
        "name": "Mai",
        "wish": "mail",
        "state": "closed",
        "owner": counsellor.pk,
        "rating": 5,
    }
    as_operator.post(page_of(case), data)
    case.refresh_from_db()
    assert (case.state, case.owner, case.rating) == ("new", None, None)


def test_canned_replies_can_be_written_by_operators(as_operator):
    url = "/admin/desk/cannedreply/add/"
    as_operator.post(url, posted_form(as_operator, url, title_ja="題", title_en="T", body_ja="本文", body_en="Body"))
    assert CannedReply.objects.filter(title_ja="題").count() == 1
