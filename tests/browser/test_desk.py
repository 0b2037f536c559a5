"""The desk in a real browser: ask, answer, rate; a call, handed over, closed. Against the house, whose database is its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import follow, quiet, watched
from tests.browser.test_every_page import AXE

pytestmark = pytest.mark.django_db
WORDS = {
    "ja": {"choose": "ビザ・在留資格", "country": "ベトナム", "send": "送信する", "anyway": "このまま相談を送る", "number": "受付番号",
           "rate": "評価を送る", "very": "とても役に立った", "thanks": "評価をありがとうございました", "add": "追加する"},
    "en": {"choose": "Visas and status", "country": "Vietnam", "send": "Send", "anyway": "Send my question", "number": "Number for the phone",
           "rate": "Rate the answer", "very": "Very helpful", "thanks": "Thank you for rating the answer", "add": "Add"},
}  # fmt: skip
QUESTIONS = {
    "ja": "在留資格の申請はだれが行いますか。会社でしょうか。",
    "en": "Who applies for the status of residence, the company or I?",
}

ASK = """
from desk.models import Case, Office
Case.objects.begin("Words", channel="web", name="Mai", email="mai@example.org", country="VN", office=Office.objects.answering())
print(Case.objects.latest("pk").pk)
"""


@pytest.fixture
def visitor(browser, house):
    """A phone without JavaScript on the house's public pages."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=house.origin, java_script_enabled=False)
    yield watched(context)
    context.close()


def barriers(page) -> list:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [[each["id"], [node["html"] for node in each["nodes"]][:3]] for each in found]


def fill(page, language: str) -> None:
    page.goto(f"/{language}/faq/visa/")
    follow(page.locator(".columns__side a.button").first)
    page.locator("[name=question]").fill(QUESTIONS[language])
    page.locator("[name=name]").fill("Nguyễn Thị Ánh")
    page.locator("[name=email]").fill(f"anh-{language}@example.org")
    page.locator("[name=country]").select_option("VN")
    page.locator("[name=consent]").check()
    page.wait_for_timeout(3_100)  # no person is faster: the form says so


@pytest.mark.parametrize("language", ["ja", "en"])
def test_visitor_asks_is_answered_by_mail_and_rates(visitor, signed_in, house, language):
    words = WORDS[language]
    house.forget_limits()
    fill(visitor, language)
    assert visitor.locator("[name=topic] option:checked").inner_text() == words["choose"]
    follow(visitor.get_by_role("button", name=words["send"], exact=True))
    expect(visitor.locator("#answers a").first).to_be_visible()
    assert visitor.locator("[name=question]").input_value() == QUESTIONS[language]
    follow(visitor.get_by_role("button", name=words["anyway"]))
    number = visitor.locator(f"div:has(> dt:has-text('{words['number']}')) dd").first.inner_text()
    assert re.fullmatch(r"\d{4}-\d{5}", number)
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 360

    staff = signed_in("operator")
    staff.goto(f"/admin/desk/case/?q={number}")
    follow(staff.locator("#result_list tbody th a"))
    staff.locator("[name=canned]").select_option(index=1)
    follow(staff.get_by_role("button", name="定型文を入れる"))
    staff.locator("#reply [name=body]").press("Control+End")
    staff.locator("#reply [name=body]").type("\nP.S.")
    follow(staff.get_by_role("button", name="回答を送る"))
    expect(staff.locator(".messagelist")).to_contain_text("回答をメールで送ります")
    quiet(staff)

    house.manage("deliver_mail")
    receipt, answer = [letter for letter in house.box.letters if letter["To"] == f"anh-{language}@example.org"][-2:]
    body = answer.get_payload(decode=True).decode()
    assert "P.S." in body and f"/{language}/faq/" in body
    assert answer["In-Reply-To"] == receipt["Message-ID"]
    visitor.goto(re.search(r"http://\S+/desk/case/\S+", body)[0])
    expect(visitor.locator(".thread__message--desk")).to_contain_text("P.S.")
    visitor.get_by_label(words["very"], exact=True).check()
    follow(visitor.get_by_role("button", name=words["rate"]))
    expect(visitor.get_by_role("status")).to_contain_text(words["thanks"])
    quiet(visitor)


STAFF = {
    "ja": {"logged": "として記録しました", "open": "対応中", "hand": "ほかの窓口に引き継ぐ", "office": "ハノイ相談窓口（見本）", "go": "引き継ぐ",
           "close": "終了にする", "closed": "終了"},
    "en": {"logged": "Logged as case", "open": "open", "hand": "Hand over to another office", "office": "Hanoi counter (sample)",
           "go": "Hand over", "close": "Close", "closed": "closed"},
}  # fmt: skip


@pytest.fixture
def staff_page(signed_in, house):
    """The operator's page on a narrow screen, in a language; Japanese and wide again afterwards."""
    page = signed_in("operator")

    def speak(language: str):
        house.manage(
            "shell", "-v", "0", "-c", f"from staff.models import User; User.objects.filter(role='operator').update(language={language!r})"
        )

    def narrow(language: str):
        speak(language)
        page.set_viewport_size({"width": 360, "height": 740})
        return page

    yield narrow
    speak("ja")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_call_is_logged_by_keyboard_handed_over_and_closed(staff_page, language):
    words, page = STAFF[language], staff_page(language)
    page.goto("/admin/desk/case/add/")
    page.keyboard.type("N2がなくても応募できますか。")
    page.keyboard.press("Tab")
    page.keyboard.type("会社によります。")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    for _field in range(5):
        page.keyboard.press("Tab")
    page.keyboard.type("グエン")
    for _field in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("+84 24 3936 7988")
    for _field in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text(words["logged"])
    expect(page.locator(".case__facts")).to_contain_text(words["open"])
    page.get_by_text(words["hand"]).click()
    page.locator("#hand_over [name=office]").select_option(label=words["office"])
    page.locator("#hand_over [name=note]").fill("ベトナム語を希望")
    follow(page.get_by_role("button", name=words["go"], exact=True))
    expect(page.locator(".case__facts")).to_contain_text(words["office"])
    expect(page.locator(".case__side")).to_contain_text("ベトナム語を希望")
    follow(page.get_by_role("button", name=words["close"], exact=True))
    expect(page.locator(".case__facts")).to_contain_text(words["closed"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    quiet(page)


def test_visitor_with_a_fault_is_led_to_it_and_keeps_the_words(open_page, language):
    page = open_page(f"/{language}/desk/ask/", 360)
    page.locator("[name=question]").fill("東京 " * 20)
    follow(page.locator("form.form button"))
    page.locator(".errors").wait_for()
    assert page.url.endswith("#errors")
    assert page.locator("[name=question]").input_value() == "東京 " * 20
    page.locator(".errors__list a").first.click()
    assert page.evaluate("document.activeElement.name") == "topic"
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert page.title().startswith({"ja": "エラー：", "en": "Error:"}[language])
    assert barriers(page) == []


def test_phone_and_office_are_asked_for_only_by_those_who_want_them(open_page):
    page = open_page("/en/desk/ask/", 1280)
    shown = lambda name: page.locator(f"[name={name}]").is_visible()  # noqa: E731
    assert (shown("phone"), shown("office")) == (False, False)
    page.locator("[name=wish][value=phone]").check()
    assert (shown("phone"), shown("times"), shown("office")) == (True, True, False)
    page.locator("[name=wish][value=visit]").check()
    assert (shown("phone"), shown("office")) == (False, True)


@pytest.mark.parametrize("path", ["", "add/", "report/", "wanted/", "{case}/change/"])
def test_pages_of_the_desk_have_no_barrier(signed_in, house, path):
    page = signed_in("operator")
    case = house.manage("shell", "-v", "0", "-c", ASK).strip() if "{" in path else ""
    page.goto(f"/admin/desk/case/{path.format(case=case)}")
    page.wait_for_load_state("networkidle")
    quiet(page)
    found = barriers(page)
    page.context.complaints.clear()  # the checker writes style attributes of its own
    assert found == []


BOTH = """async () => {
  const send = async (words) => {
    const data = new FormData(document.querySelector("#reply"));
    data.set("deed", "reply");
    data.set("body", words);
    return (await (await fetch(location.href, { method: "POST", body: data })).text()).includes("Something was written here");
  };
  return Promise.all([send("First"), send("Second")]);
}"""


def test_two_answers_sent_at_the_same_moment_are_one_answer_and_one_refusal(staff_page, house):
    page = staff_page("en")
    made = "from tests import factories; print(*[factories.case('Two at once?', email='two@example.org').pk for _ in range(5)])"
    for number in house.manage("shell", "-v", "0", "-c", made).split():
        page.goto(f"/admin/desk/case/{number}/change/")
        assert sorted(page.evaluate(BOTH)) == [False, True]
