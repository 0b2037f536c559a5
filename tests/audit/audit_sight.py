"""Larger letters, more room, other colours, less motion, paper, and no JavaScript."""

import pytest

from tests.audit.audit_axe import AXE
from tests.audit.pages import PAGES
from tests.browser.house import follow
from tests.browser.test_origins import asked_for
from tests.pages_of import LISTS

pytestmark = pytest.mark.django_db
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, range = document.createRange();
    if (!text.data.trim() || !text.parentElement.checkVisibility() || text.parentElement.closest(".visually-hidden, .trap, select")) continue;
    range.selectNodeContents(text);
    for (let box = text.parentElement; box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box), edge = box.getBoundingClientRect();
      if (!["hidden", "clip"].includes(style.overflowX) && !["hidden", "clip"].includes(style.overflowY)) continue;
      const out = (one) => one.left < edge.left - 1 || one.right > edge.right + 1 || one.top < edge.top - 1 || one.bottom > edge.bottom + 1;
      if ([...range.getClientRects()].some(out)) found.push(`${box.className}: ${text.data.trim().slice(0, 40)}`);
    }
  }
  return found;
}"""
UNFRAMED = """() => [...document.querySelectorAll(".button, .chip, .topic, input:not([type=hidden], .check__box), select, textarea")]
  .filter((each) => each.checkVisibility() && (getComputedStyle(each).borderTopStyle === "none" || parseFloat(getComputedStyle(each).borderTopWidth) < 1))
  .map((each) => each.outerHTML.slice(0, 90))"""
UNMARKED = """() => [...document.querySelectorAll(".nav__list, .tabs__list, .topics")].filter((list) => list.checkVisibility())
  .map((list) => [list.querySelector("[aria-current]"), list.querySelector("a:not([aria-current])")])
  .filter(([here, other]) => here && other && ["borderBottomColor", "borderTopColor", "backgroundColor", "fontWeight"]
    .every((name) => getComputedStyle(here)[name] === getComputedStyle(other)[name]))
  .map(([here]) => here.outerHTML.slice(0, 90))"""
FAINT = """() => [...document.querySelectorAll("svg.icon")].filter((each) => each.checkVisibility()
  && ![getComputedStyle(each).stroke, getComputedStyle(each).fill].includes(getComputedStyle(each.parentElement).color))
  .map((each) => each.parentElement.outerHTML.slice(0, 90))"""
MOVING = """() => [...document.querySelectorAll("*")].filter((each) => ["transitionDuration", "animationDuration"]
  .some((name) => getComputedStyle(each)[name].split(",").some((time) => parseFloat(time) > .01))).map((each) => each.tagName + "." + each.className)
  .concat(document.getAnimations().map(String))"""
ON_PAPER = """() => ({
  navigation: [...document.querySelectorAll(".tabs, .nav, .strip, .skip-link, .breadcrumb, .footer__nav, .filters")]
    .filter((each) => each.checkVisibility()).map((each) => each.className),
  heading: document.querySelector("h1").checkVisibility(),
  text: document.querySelector("main").innerText.trim().length > document.querySelector("h1").innerText.length + 10,
})"""
READ = "(([heading, main]) => [heading, main.length > heading.length + 10])(['h1', 'main'].map((name) => document.querySelector(name).innerText))"


@pytest.mark.parametrize("path", PAGES)
def test_letters_of_200_percent_need_no_sideways_scroll(visit, path, language, record_property):
    """Letters of 200 % at 1280 px, and zoom of 400 % (320 px): no sideways scroll"""
    page = visit(1280, 1024)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = [page.evaluate(SIDEWAYS)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 320, "height": 256})
    record_property("seen", 2)
    assert [*found, page.evaluate(SIDEWAYS)] == [0, 0]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_wide_spacing_cuts_off_no_text(visit, path, language, width):
    """Spacing of WCAG 1.4.12 at 360 and 1280 px: no text is cut off, no sideways scroll"""
    page = visit(width)
    page.evaluate(SPACED)
    assert [page.evaluate(SIDEWAYS), page.evaluate(CLIPPED)] == [0, []]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_forced_colours_leave_nothing_out(visit, path, language, width):
    """Forced colours at 360 and 1280 px: controls have a frame, icons the colour of their text, the focus a ring, the place where one is a mark"""
    page = visit(width, forced_colors="active")
    for _stop in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    assert [page.evaluate(script) for script in (UNFRAMED, UNMARKED, FAINT)] == [[], [], []]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_for_those_who_want_it_still(visit, path, language):
    """Reduced motion: no transition and no animation over 10 ms"""
    assert visit(1280, reduced_motion="reduce").evaluate(MOVING) == []


@pytest.mark.parametrize("path", PAGES)
def test_paper_shows_the_text_without_the_navigation(visit, path, language):
    """Print, from a dark screen: no navigation, heading and text there, every text readable (axe: contrast)"""
    page = visit(1280, color_scheme="dark", reduced_motion="reduce")  # a colour on its way is none
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER) == {"navigation": [], "heading": True, "text": True}
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
    assert [node["target"] for each in found for node in each["nodes"]] == []


@pytest.mark.parametrize("path", PAGES)
def test_reader_without_javascript_gets_the_page(visit, path, language):
    """Without JavaScript: heading and text as with it; forms are sent (the pages “sent empty”)"""
    heading, is_long = visit(java_script_enabled=False).evaluate(READ)
    assert [heading, is_long] == visit().evaluate(READ) and is_long


@pytest.mark.parametrize("path", [path for path in LISTS if path.split("?")[0] in ("people/", "agencies/", "search/")])
def test_reader_without_javascript_asks_by_a_form(visit, path, language):
    """Without JavaScript: filters and search are sent"""
    page = visit(java_script_enabled=False)
    follow(page.locator("main form .button").first)
    assert "?" in page.url and page.get_by_role("main").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_asks_another_site(open_page, site, language, width, record_property):
    """Requests of all pages, at 360 and 1280 px: none to another site"""
    asked = asked_for(open_page, site, language, width)
    record_property("seen", len(asked))
    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith((f"{site}/", "data:", "blob:"))] == []
