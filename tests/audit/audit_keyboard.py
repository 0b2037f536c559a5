from pathlib import Path

import pytest

from tests.audit.pages import PAGES

pytestmark = pytest.mark.django_db
STOPS = (Path(__file__).parent / "stops.js").read_text()


def walk(page) -> list[dict]:
    """Every stop of the Tab key, until it leaves the page."""
    page.evaluate(STOPS)
    found = []
    for _press in range(3 * page.evaluate("expected") + 20):
        page.keyboard.press("Tab")
        stop = page.evaluate("stop()")
        if stop is None:
            return found
        found.append(stop)
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_tab_key_walks_through_the_page_in_sight(visit, path, language, width, record_property):
    """Tab key at 360 and 1280 px: each stop has a ring, lies in sight and under no bar, in reading order; no trap, nothing left out"""
    page = visit(width, reduced_motion="reduce")
    stops = walk(page)
    record_property("seen", len(stops))
    assert [stop["what"] for stop in stops if stop["trapped"] or not stop["inOrder"]] == []
    assert [stop["what"] for stop in stops if not stop["ring"]] == []
    assert [stop["what"] for stop in stops if stop["covered"] or not stop["seen"]] == []
    assert page.evaluate("missed()") == []
