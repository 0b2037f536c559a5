import pytest

from tests.audit.pages import PAGES
from tests.browser.test_every_page import AXE

pytestmark = pytest.mark.django_db
WIDTHS = (360, 768, 1280)
LOOK = """() => axe.run(document, {
  resultTypes: ["violations"],
  rules: Object.fromEntries(["target-size", "label-content-name-mismatch", "p-as-heading", "td-has-header", "table-fake-caption",
    "focus-order-semantics", "css-orientation-lock"].map((rule) => [rule, {enabled: true}])),
})"""
"""With the rules that axe does not ask by itself: size of targets (2.5.8), names that hold the words seen (2.5.3), and its trials."""


def violations(page, look: str = LOOK) -> list:
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(page.evaluate("document.body.scrollHeight"), 12_000)})
    found = page.evaluate(look)["violations"]
    return [f"{each['id']}: {node['target'][0]}" for each in found for node in each["nodes"][:3]]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_barrier(visit, browser, path, language, record_property):
    """axe: no violation, light and dark, at 360, 768 and 1280 px"""
    page, found = visit(reduced_motion="reduce"), {}  # a colour on its way is none
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            found[f"{scheme} {width}"] = violations(page)
    record_property("seen", len(found))
    record_property("tool", f"Chromium {browser.version}")
    record_property("tool", f"axe-core {page.evaluate('axe.version')}")
    assert {where: faults for where, faults in found.items() if faults} == {}
