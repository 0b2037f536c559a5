"""Each kind of page once in each language in a real browser."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.pages_of import FORMS, KINDS, address

pytestmark = pytest.mark.django_db
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PATHS = ["", "people/?from=VN&road=abroad", "faq/", "steps/", "steps/print/", "agencies/", "guide/", "events/", "desk/", "search/?q=visa",
         "search/?q=qqqq", "about/", "sitemap/", "nothing-here/", *FORMS, *KINDS]  # fmt: skip
MATRIX = [(360, "light"), (1280, "dark")]
"""The narrow, light page in Japanese, the wide, dark one in English; `make audit` looks at every pair."""


def faults_of(page) -> list:
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(page.evaluate("document.body.scrollHeight"), 12_000)})
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [[violation["id"], [node["target"] for node in violation["nodes"]][:3]] for violation in result["violations"]]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("language", "width", "scheme"), [("ja", *MATRIX[0]), ("en", *MATRIX[1])])
def test_page_has_no_barrier_no_sideways_scroll_and_no_complaint(open_page, path, language, width, scheme):
    page = open_page(address(path, language), width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults_of(page) == []
    expected = ["404"] if path == "nothing-here/" else []
    assert [text for text in page.complaints if not any(code in text for code in expected)] == []
