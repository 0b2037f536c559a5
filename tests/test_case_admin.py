"""What the desk does with cases, and who sees which."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email

from core.morning import morning_list
from desk.canned import CannedReply
from desk.models import Case, Sight
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
