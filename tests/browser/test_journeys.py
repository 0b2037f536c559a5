"""What people do on the site, in a real browser, most of it without JavaScript."""

import pytest

from interviews.models import Interview
from steps.models import Step
from tests.browser.house import follow

pytestmark = pytest.mark.django_db


def test_reader_without_javascript_finds_people_like_themselves(open_page):
    page = open_page("/en/people/", java_script_enabled=False)
    page.get_by_label("From").select_option("VN")
    page.get_by_label("Road taken").select_option("abroad")
    follow(page.get_by_role("button", name="Show people"))
    assert "from=VN" in page.url and "road=abroad" in page.url
    shown = page.locator(".person-card").count()
    assert page.get_by_role("status").inner_text() == f"{shown} of 100 people"
    follow(page.locator(".chip").first)
    assert "from=VN" not in page.url


def test_reader_without_javascript_ticks_tasks_and_carries_them_in_the_address(open_page):
    page = open_page("/ja/steps/find-a-job/", java_script_enabled=False)
    page.locator('input[value="2a"]').check()
    follow(page.get_by_role("button", name="チェックをこのページのアドレスに残す"))
    assert "done=2a" in page.url
    follow(page.get_by_role("link", name=Step.objects.get(number=3).title_ja).first)
    assert "done=2a" in page.url
    page.go_back()
    assert page.locator('input[value="2a"]').is_checked()


def test_reader_without_javascript_opens_an_answer_and_searches(open_page):
    page = open_page("/en/faq/visa/", java_script_enabled=False)
    first = page.locator(".question").first
    first.locator("summary").click()
    assert first.locator(".question__direct").is_visible()
    page.goto(page.url.replace("faq/visa/", "search/"))
    page.get_by_label("What are you looking for?").fill("pension")
    follow(page.get_by_role("button", name="Search"))
    assert page.locator("mark").count() > 0


def test_reader_switches_the_language_and_stays_on_the_page(open_page):
    page = open_page("/en/people/?from=VN")
    follow(page.get_by_role("link", name="日本語"))
    assert page.url.endswith("/ja/people/?from=VN")
    assert page.locator("html").get_attribute("lang") == "ja"


def test_keyboard_reader_skips_to_the_text_and_sees_where_they_are(open_page):
    page = open_page("/en/", reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_focus_is_never_hidden_by_the_tab_bar(open_page):
    page = open_page("/en/faq/", reduced_motion="reduce")
    bar = page.locator(".tabs")
    for _ in range(30):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(() => { const r = document.activeElement.getBoundingClientRect(); return [r.top, r.bottom, !!document.activeElement.closest('.tabs')] })()"
        )
        if not box[2] and box[1] > 0:
            assert box[0] < bar.bounding_box()["y"]


def test_nothing_of_a_video_loads_before_the_tap(open_page):
    asked = []
    row = Interview.objects.with_video().first()
    page = open_page("/en/")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page.url.replace("/en/", f"/en/people/{row.person.slug}/interview/"))
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if url.endswith((".mp4", ".vtt"))] == []


def test_reader_elsewhere_sees_the_desk_hours_in_their_own_time(open_page):
    page = open_page("/en/desk/", timezone_id="Asia/Kolkata")
    assert page.locator(".hours tr").last.inner_text().split() == ["Where", "you", "are", "5:30–14:30"]
    assert page.complaints == []


@pytest.mark.parametrize("path", ["", "people/", "faq/housing/", "steps/status-and-visa/", "guide/pay-slip/"])
def test_large_letters_at_320_pixels_need_no_sideways_scroll(open_page, path, language):
    page = open_page(f"/{language}/{path}", 320)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_editor_writes_rich_text_under_the_strict_policy(open_page, site, staff_session):
    page = open_page("/robots.txt", 1280)
    page.context.add_cookies([staff_session])
    page.complaints.clear()
    page.goto(site + "/admin/faq/question/add/")
    editor = page.locator(".ProseMirror:visible").first
    editor.click()
    page.keyboard.type("Hello")
    assert "Hello" in editor.inner_text()
    assert [text for text in page.complaints if "favicon" not in text] == []
