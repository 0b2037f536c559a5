"""Second visits and bad lines, in a real browser with a real worker."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import date

import pytest

from tests.browser.house import ROOT, free_port, quiet, watched
from tests.browser.test_every_page import MATRIX, faults_of

pytestmark = pytest.mark.django_db
TODAY = f"{date.today():%-d %B %Y}"
COPY = f"You are offline. This copy was kept on your device on {TODAY}."
KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      const copy = await cache.match(url);  // the worker may throw it away while we read
      if (copy) kept[name + new URL(url).pathname] = await copy.text();
    }
  }
  return kept;
}"""


def until(found, seconds: float = 20):
    """Ask again until there is an answer, and return it."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return answer


def kept(page) -> dict:
    return page.evaluate(KEPT)


def is_ready(page) -> bool:
    """Whether the worker has what it prepares for a reader of English; the page for all others comes last."""
    return "tcg-read-1/en/offline/" in kept(page)


def heading(page) -> str:
    return page.locator("h1").inner_text()


@contextmanager
def served(house, port: int, **environ):
    """One more server of the house, at a port of its own."""
    server = ["-m", "gunicorn", "tokyo_career.wsgi", "--workers", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen([sys.executable, *server], cwd=ROOT, env={**house.environ, **environ}, start_new_session=True)
    try:
        until(lambda: answers(port))
        yield process
    finally:
        os.killpg(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def visit(browser, house):
    """A function: path, context options -> the page, opened by a reader who was never here; without a line at the end of the test."""
    contexts = []

    def go(path: str, **options):
        context = browser.new_context(**{"base_url": house.origin, "viewport": {"width": 360, "height": 740}, **options})
        contexts.append(context)
        page = watched(context)
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()


def test_reader_reads_again_without_a_line_what_was_read_before_with_its_date(visit):
    page = visit("/en/faq/visa/")
    until(lambda: is_ready(page))
    answer = page.locator(".question").first.inner_text()
    page.goto("/en/steps/find-a-job/")
    until(lambda: "tcg-read-1/en/steps/find-a-job/" in kept(page))
    step = heading(page)
    quiet(page)
    page.context.set_offline(True)
    for path, words in (("/en/faq/visa/", answer), ("/en/faq/visa/?open=x", answer), ("/en/steps/find-a-job/", step)):
        page.goto(path)
        assert words in page.locator("main").inner_text()
        assert page.locator(".plate .note").inner_text() == COPY


def test_reader_without_a_line_has_the_five_steps_and_the_phone_number_after_one_visit_anywhere(visit):
    page = visit("/en/people/")
    until(lambda: is_ready(page))
    quiet(page)
    page.context.set_offline(True)
    page.goto("/en/desk/")
    assert page.locator(".desk-panel__phone").get_attribute("href").startswith("tel:+")
    assert page.locator(".plate .note").inner_text() == COPY
    for path in ("/en/steps/", "/en/steps/status-and-visa/"):
        page.goto(path)
        assert page.locator(".print-road__step").count() == 5
        assert page.locator(".plate .note").inner_text() == COPY


def test_reader_without_a_line_sees_no_person_and_no_copy_has_one(visit):
    path = "/en/people/phung-ba-kien/"
    page = visit(path)
    until(lambda: is_ready(page))
    page.reload()
    name = heading(page)
    page.goto("/en/events/hanoi-december/")
    assert name in page.locator("main").inner_text()
    page.locator("[data-tcg-keep] button").click()
    event = until(lambda: kept(page).get("tcg-marked/en/events/hanoi-december/"))
    assert "Programme" in event
    assert [key for key, text in kept(page).items() if "/people/" in key or name in text or path in text] == []
    page.context.set_offline(True)
    for lost in (path, "/en/people/", "/en/guide/", "/en/"):
        page.goto(lost)
        assert heading(page) == "When you are offline"


def test_page_that_comes_to_name_a_person_in_its_text_leaves_the_phone(visit, house):
    def write(change: str):
        own = "from steps.models import Step; steps = Step.objects.filter(number=4); text = steps.get().what_en; "
        house.manage("shell", "-v", "0", "-c", f"{own}link = '<p><a href=\"/en/people/phung-ba-kien/\">Kien</a></p>'; {change}")

    key = "tcg-read-1/en/steps/status-and-visa/"
    page = visit("/en/steps/status-and-visa/")
    until(lambda: is_ready(page) and key in kept(page))
    write("steps.update(what_en=text + link)")
    try:
        page.reload()
        assert page.get_by_role("link", name="Kien").is_visible()
        until(lambda: key not in kept(page))
    finally:
        write("steps.update(what_en=text.replace(link, ''))")


def test_reader_keeps_an_article_for_later_and_finds_it_in_the_list_without_a_line(visit):
    page = visit("/en/guide/paid-leave/")
    button = page.get_by_role("button", name="Keep for later")
    button.wait_for()
    article = heading(page)
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    until(lambda: button.get_attribute("aria-pressed") == "true")
    assert page.get_by_text("Kept: you can read it offline").is_visible()
    quiet(page)
    page.context.set_offline(True)
    page.goto("/en/guide/pay-slip/")
    assert heading(page) == "When you are offline"
    entry = page.locator("[data-tcg-kept] li").first
    assert entry.inner_text() == f"{article} {TODAY}"
    entry.get_by_role("link").click()
    page.wait_for_url("**/en/guide/paid-leave/")
    assert heading(page) == article
    button.click()
    until(lambda: button.get_attribute("aria-pressed") == "false")
    page.reload()
    assert heading(page) == "When you are offline"


def test_reader_with_a_good_line_never_sees_a_stale_page_and_a_withdrawn_one_leaves_the_phone(visit, house):
    def change(**values):
        house.manage("shell", "-v", "0", "-c", f"from steps.models import Step; Step.objects.filter(number=2).update(**{values!r})")

    key = "tcg-read-1/en/steps/find-a-job/"
    page = visit("/en/steps/find-a-job/")
    title = heading(page).removeprefix("Step 2: ").removeprefix("Step 2:\n")
    until(lambda: is_ready(page) and key in kept(page))
    try:
        change(title_en="Look for work elsewhere")
        page.goto("/en/steps/find-a-job/")
        assert "Look for work elsewhere" in heading(page)
        until(lambda: "Look for work elsewhere" in kept(page)[key])
        change(unpublish_at="2026-01-02T00:00:00Z")
        page.goto("/en/steps/find-a-job/")
        until(lambda: key not in kept(page))
    finally:
        change(title_en=title, unpublish_at=None)
    assert is_ready(page)


def test_reader_gets_the_copy_only_when_the_line_has_been_silent_for_long(visit, house):
    port = free_port()
    with served(house, port) as server:
        page = visit("/en/faq/visa/", base_url=f"http://localhost:{port}")
        until(lambda: is_ready(page))
        os.killpg(server.pid, signal.SIGSTOP)
        started = time.monotonic()
        page.goto("/en/faq/visa/", timeout=40_000)
        assert time.monotonic() - started > 14
        assert page.locator(".plate .note").inner_text() == COPY


def test_phone_never_keeps_more_than_its_share_and_marked_pages_stay(visit):
    page = visit("/en/guide/paid-leave/")
    page.get_by_role("button", name="Keep for later").click()
    until(lambda: "tcg-marked/en/guide/paid-leave/" in kept(page))
    page.evaluate("""async () => {
      const cache = await caches.open("tcg-read-1");
      for (let n = 0; n < 70; n++) await cache.put(`/en/faq/old-${n}/`, new Response("old"));
    }""")
    page.goto("/en/faq/visa/")
    until(lambda: "tcg-read-1/en/faq/visa/" in kept(page) and len([key for key in kept(page) if key.startswith("tcg-read")]) == 60)
    assert "tcg-read-1/en/faq/old-69/" in kept(page) and "tcg-read-1/en/faq/old-0/" not in kept(page)
    assert "tcg-marked/en/guide/paid-leave/" in kept(page)


def test_switch_takes_the_worker_and_all_copies_away(visit, house):
    port = free_port()
    registrations = "navigator.serviceWorker.getRegistrations().then((found) => found.length)"
    with served(house, port):
        page = visit("/en/faq/visa/", base_url=f"http://localhost:{port}")
        until(lambda: is_ready(page))
        assert page.evaluate(registrations) == 1
    with served(house, port, SERVICE_WORKER="off"):
        for _visit in range(2):
            page.goto("/en/faq/visa/")
            until(lambda: page.evaluate(registrations) == 0 and kept(page) == {})
        assert page.locator("[data-tcg-keep]").is_hidden()
        quiet(page)


def test_plain_registering_of_a_worker_is_refused(visit):
    page = visit("/en/")
    for call in ("navigator.serviceWorker.register('/sw.js')", "new Promise(() => trustedTypes.createPolicy('other', {}))"):
        assert page.evaluate(f"{call}.then(() => 'allowed', (error) => error.name)") == "TypeError"


@pytest.mark.parametrize("missing", ["Navigator.prototype.serviceWorker", "window.caches"])
def test_reader_whose_browser_knows_less_misses_nothing(visit, missing):
    page = visit("/healthz")
    page.context.add_init_script(f"delete {missing}")
    page.goto("/en/guide/paid-leave/")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-tcg-keep]").is_hidden()
    assert page.locator(".text-section").count() > 1
    quiet(page)


@pytest.mark.parametrize(("width", "scheme"), MATRIX)
def test_nobody_meets_a_barrier_at_the_button_or_on_the_page_for_bad_lines(visit, language, width, scheme):
    page = visit(f"/{language}/guide/paid-leave/", viewport={"width": width, "height": 740}, color_scheme=scheme)
    height = page.locator(".plate").bounding_box()["height"]
    button = page.locator("[data-tcg-keep] button")
    button.click()
    until(lambda: button.get_attribute("aria-pressed") == "true")
    assert page.locator(".plate").bounding_box()["height"] == height
    assert faults_of(page) == []
    page.context.set_offline(True)
    page.goto(f"/{language}/people/")
    page.locator("[data-tcg-kept] li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults_of(page) == []


def test_staff_pages_and_pages_of_private_addresses_are_in_no_copy(visit):
    page = visit("/en/desk/")
    until(lambda: is_ready(page))
    for path in ("/en/desk/ask/", "/admin/login/", "/accounts/login/", "/en/search/?q=visa"):
        page.goto(path)
    assert {key for key in kept(page) if "static" not in key} == {f"tcg-read-1/en/{path}" for path in ("desk/", "offline/", "steps/print/")}
