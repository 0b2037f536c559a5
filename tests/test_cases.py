"""Somebody asks the desk; the desk answers. One case, whatever door it came through."""

import html
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from core import visitors
from core.visitors import new_stamp
from desk.models import Case, CaseLink, answer_due
from desk.zones import zone_of
from tests import factories
from tests.forms import old_stamp, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
TOKYO = ZoneInfo("Asia/Tokyo")
LINK = re.compile(r"/(?:ja|en)/desk/case/[\w-]{32}/")


def typed(**changes) -> dict:
    """What a visitor types; the stamp was made long enough ago."""
    return {
        "stamp": old_stamp(), "topic": "visa", "question": "Zzz qqq xxx?", "name": "Mai", "email": "mai@example.org", "country": "VN",
        "languages": ["en"], "wish": "mail", "consent": "on", **changes,
    }  # fmt: skip


def ask(client, language="en", **changes):
    return client.post(f"/{language}/desk/ask/", typed(**changes))


@pytest.mark.parametrize(
    ("name", "language", "called", "masked"),
    [("Mai", "en", "Mai", "M…"), ("", "en", "visitor", "–"), ("鈴木", "ja", "鈴木", "鈴…"), ("", "ja", "ご相談者", "–")],
)
def test_a_mail_calls_the_visitor_by_name_and_a_list_shows_its_first_letter(name, language, called, masked):
    case = factories.case(name=name, language=language)
    assert (case.called, case.masked_name) == (called, masked)


def test_the_moment_of_the_answer_is_told_on_the_visitors_own_clock():
    case = factories.case(country="VN")
    case.answer_by = datetime(2026, 12, 1, 9, 0, tzinfo=TOKYO)
    assert case.answer_by_there.isoformat() == "2026-12-01T07:00:00+07:00"
    case.answer_by = None
    assert case.answer_by_there is None


def test_visitor_asks_and_sees_number_state_and_answer_by_in_the_own_time_zone(client, time_machine, language):
    time_machine.move_to(datetime(2026, 11, 26, 10, 0, tzinfo=TOKYO), tick=False)
    answer = ask(client, language, country="ID")
    case = Case.objects.get()
    page = client.get(answer.headers["Location"]).content.decode()
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert case.answer_by == datetime(2026, 11, 30, 10, 0, tzinfo=TOKYO)
    assert "2611-" in shown and case.number in shown
    day = {"ja": "11月30日（月）", "en": "Mon 30 Nov"}[language]
    assert f"{day} 8:00" in shown and f"{day} 10:00" in shown
    assert "Zzz qqq xxx?" in shown
    assert case.notice == visitors.NOTICE and case.consented_at == timezone.now()


def test_the_receipt_goes_to_the_visitor_in_the_language_of_the_case_and_leads_to_the_private_page(client, language):
    ask(client, language)
    mail, case = Email.objects.get(), Case.objects.get()
    assert mail.to == ["mai@example.org"]
    assert case.number in mail.subject and case.number in mail.message
    assert "Zzz qqq xxx?" not in mail.message
    assert mail.headers["Auto-Submitted"] == "auto-replied"
    path = LINK.search(mail.message)[0]
    assert path.startswith(f"/{language}/")
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ((2026, 11, 26, 10, 0), (2026, 11, 30, 10, 0)),  # Thursday: Friday, then the weekend
        ((2026, 11, 21, 12, 0), (2026, 11, 25, 18, 0)),  # Saturday before Labour Thanksgiving Day (Monday 23rd)
        ((2026, 11, 20, 17, 0), (2026, 11, 25, 17, 0)),
        ((2026, 12, 28, 9, 0), (2027, 1, 4, 18, 0)),  # the New Year closure lies between
        ((2026, 11, 24, 19, 30), (2026, 11, 26, 18, 0)),  # after hours counts from the next morning
    ],
)
def test_answer_by_is_two_working_days_of_the_desk_in_tokyo(opened, due):
    assert answer_due(datetime(*opened, tzinfo=TOKYO)) == datetime(*due, tzinfo=TOKYO)


def test_answer_by_leaves_out_the_days_on_which_the_desk_is_closed():
    factories.closure(first_on="2026-11-27", last_on="2026-11-27")
    assert answer_due(datetime(2026, 11, 26, 10, 0, tzinfo=TOKYO)) == datetime(2026, 12, 1, 10, 0, tzinfo=TOKYO)


@pytest.mark.parametrize(("country", "zone"), [("VN", "Asia/Ho_Chi_Minh"), ("US", "America/New_York"), ("TW", "Asia/Taipei"), ("", "UTC")])
def test_a_country_has_a_clock(country, zone):
    assert zone_of(country) == zone


def test_visitor_is_shown_public_answers_that_fit_before_the_question_is_sent(client, language):
    question = {"en": "Do I have to pay an employment agency for a visa?", "ja": "在留資格の申請はだれが行いますか。"}[language]
    first = ask(client, language, question=question)
    page = first.content.decode()
    assert first.status_code == 200 and not Case.objects.exists()
    assert f"/{language}/faq/" in page.split('id="answers"')[1].split("</section>")[0]
    assert question in html.unescape(page)
    assert ask(client, language, question=question, seen_answers="1").status_code == 302
    assert Case.objects.get().messages.get().body == question


def test_form_opens_with_a_topic_and_carries_the_page_it_came_from(client):
    page = client.get("/en/desk/ask/?topic=visa", headers={"referer": "http://127.0.0.1:8000/en/faq/visa/"}).content.decode()
    assert '<option value="visa" selected>' in page
    assert 'name="source_page" value="/en/faq/visa/"' in page
    ask(client, source_page="/en/faq/visa/")
    assert Case.objects.get().source_page == "/en/faq/visa/"


@pytest.mark.parametrize("referer", ["https://elsewhere.example/en/faq/", "http://127.0.0.1:8000/en/desk/case/abc/", "nonsense"])
def test_form_carries_no_page_of_others_and_no_private_address(client, referer):
    page = client.get("/en/desk/ask/", headers={"referer": referer}).content.decode()
    assert re.search(r'name="source_page"[^>]*value="/', page) is None


def test_the_same_form_sent_twice_is_one_case(client):
    data = typed()
    pages = [client.post("/en/desk/ask/", data) for _click in range(2)]
    case = Case.objects.get()
    assert [page.status_code for page in pages] == [302, 302]
    assert {CaseLink.open(LINK.search(page.headers["Location"])[0].split("/")[-2]).case for page in pages} == {case}
    assert Email.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "language", "words"),
    [
        ({"consent": ""}, "en", "I agree that my data is used for this purpose: Without your agreement we may not keep what you send. Tick the box if you agree."),
        ({"email": "mai(at)example.org"}, "en", "E-mail address: Enter a valid email address."),
        ({"email": '"mai<b>"@example.org'}, "en", "E-mail address: Enter a valid email address."),
        ({"question": "x" * 100_000}, "en", "Your question: This has 100,000 characters; at most 10,000 can be sent. Please shorten it, or send the rest afterwards."),
        ({"question": "x" * 100_000}, "ja", "ご相談の内容：100,000文字あります。一度に送れるのは10,000文字までです。短くするか、続きを後からお送りください。"),
        ({"wish": "phone"}, "en", "Phone number: Give a number that we can call, or choose another way to be answered."),
        ({"wish": "visit"}, "en", "Office for a talk in person: Choose the office that you would like to visit, or choose another way to be answered."),
        ({"name": "Mai\nBcc: x@example.org"}, "en", "Your name: Write this in one line, without hidden characters."),
        ({"name": "Mai\x00"}, "en", "Your name: Write this in one line, without hidden characters."),
        ({"name": "\u202eiaM"}, "en", "Your name: Write this in one line, without hidden characters."),
        ({"topic": "nothing"}, "en", "What is it about?: Select a valid choice. nothing is not one of the available choices."),
        ({"website": "http://spam.example"}, "en", "Please empty the field “Leave this field empty”: only robots fill it. Then send again."),
        ({"stamp": "forged"}, "en", "This page was open for more than a day. Please look through what you wrote and send it again."),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_words_and_everything_typed_is_kept(client, changes, language, words):
    response = ask(client, language, **changes)
    page = html.unescape(response.content.decode())
    assert (response.status_code, Case.objects.count(), Email.objects.count()) == (200, 0, 0)
    assert [line.replace(": ", "：") if language == "ja" else line for line in words_of(response)] == [words]
    assert (typed(**changes)["email"] in page or 'value="mai' in page) and typed(**changes)["question"] in page
    assert "<title>Error:" in page or "<title>エラー：" in page


def test_robots_that_are_too_fast_are_told_to_look_again_and_a_person_may_send_at_once(client):
    stamp = new_stamp()
    assert words_of(ask(client, stamp=stamp)) == ["That was very fast. Please look through what you wrote and send it again."]
    assert ask(client, stamp=old_stamp(4)).status_code == 302


def test_a_page_older_than_a_day_gets_a_new_stamp_with_the_words_kept(client):
    response = ask(client, stamp=old_stamp(90_000))
    assert words_of(response) == ["This page was open for more than a day. Please look through what you wrote and send it again."]
    stamp = html.unescape(re.search(r'name="stamp" value="([^"]+)"', response.content.decode())[1])
    assert visitors.read_stamp(stamp)[0] <= 1


@pytest.mark.parametrize(
    ("name", "question", "email"),
    [
        ("Nguyễn Thị Ánh", "Xin chào 🙂 東京 café", "anh@example.vn"),
        ("𠮷野 ｱｲ", "髙﨑①㈱\r\n\r\n二行目", "yoshi@例え.jp"),
        ("محمد علي", "سؤال عن العمل في طوكيو", "ali@example.sa"),
    ],
)
def test_names_of_the_world_are_kept_and_shown_as_they_were_written(client, name, question, email):
    page = client.get(ask(client, name=name, question=question, email=email).headers["Location"]).content.decode()
    case = Case.objects.get()
    assert (case.name, case.messages.get().body, case.email) == (name, question.replace("\r\n", "\r\n"), email)
    assert f"<bdi>{name}</bdi>" in html.unescape(page)
    assert Email.objects.get().to == [email]
    assert name in Email.objects.get().message


def test_template_words_of_a_visitor_are_never_evaluated(client):
    ask(client, name="{{ case.words }}{% now 'Y' %}")
    assert "{{ case.words }}{% now 'Y' %}" in Email.objects.get().message


def test_a_second_question_within_a_minute_waits_with_everything_kept(client, language):
    ask(client)
    response = ask(client, language, question="Another one")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert "Another one" in response.content.decode()
    assert Case.objects.count() == 1


def test_the_sixth_question_within_an_hour_waits_for_an_hour(client, time_machine):
    start = timezone.now()
    codes = []
    for number in range(6):
        time_machine.move_to(start + timedelta(minutes=2 * number), tick=False)
        response = ask(client, question=f"Question {number}")
        codes.append((response.status_code, response.headers.get("Retry-After")))
    assert codes == [(302, None)] * 5 + [(429, "3600")]


def test_one_address_gets_three_receipts_a_day_and_the_same_page_each_time(client, time_machine):
    start = timezone.now()
    for number in range(4):
        time_machine.move_to(start + timedelta(hours=2 * number), tick=False)
        assert ask(client, question=f"Question {number}").status_code == 302
    assert (Case.objects.count(), Email.objects.count()) == (4, 3)


def test_a_form_sent_by_another_site_is_refused(client):
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/en/desk/ask/", typed(), headers=headers).status_code == 403
    assert not Case.objects.exists()


def test_asking_needs_no_cookie_and_no_page_with_a_form_is_kept_by_anybody():
    stranger = Client(enforce_csrf_checks=True)
    first = stranger.get("/en/desk/ask/")
    assert (first.cookies, first.headers["Cache-Control"]) == ({}, "private, no-store")
    done = stranger.post("/en/desk/ask/", typed())
    assert (done.status_code, done.cookies) == (302, {})
    private = stranger.get(done.headers["Location"])
    assert [private.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")] == [
        "private, no-store", "no-referrer", "noindex, nofollow",
    ]  # fmt: skip


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "../../etc"])
def test_a_private_address_that_is_none_is_not_found(client, token):
    assert client.get(f"/en/desk/case/{token}/").status_code in (400, 404)


def test_only_the_digest_of_a_private_address_is_stored(client):
    token = LINK.search(ask(client).headers["Location"])[0].split("/")[-2]
    assert all(token not in str(row) for row in CaseLink.objects.values_list())
