"""What a screen reader is told: the accessibility tree that Chromium hands over."""

import pytest

from tests.audit.pages import EMPTY, PAGES

pytestmark = pytest.mark.django_db
CONTROLS = {"link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio", "listbox", "spinbutton", "DisclosureTriangle"}
FORMS_SENT = [path for path in PAGES if path.endswith(EMPTY)]
WRONG = """() => [...document.querySelectorAll("main .field--wrong")].map((field) => {
  const control = field.querySelector("input, select, textarea");
  const told = control.getAttribute("aria-describedby") || control.closest("fieldset").getAttribute("aria-describedby");
  return {
    invalid: control.getAttribute("aria-invalid"),
    told: told.split(" ").map((id) => document.getElementById(id)).some((note) => note?.classList.contains("field__error")),
    listed: !!document.querySelector(`.errors a[href="#${field.querySelector("[id]:is(input, select, textarea, .choices)").id}"]`),
  };
})"""


def in_reading_order(nodes: list[dict]) -> list[dict]:
    """The nodes as one reads them; Chromium hands them over level by level."""
    known, waiting, found = {node["nodeId"]: node for node in nodes}, [nodes[0]["nodeId"]], []
    while waiting:
        node = known.get(waiting.pop(), {"ignored": True})
        found.append(node)
        waiting += reversed(node.get("childIds", []))
    return found


@pytest.fixture
def tree(visit) -> list[dict]:
    """Role, name and properties of everything that is not ignored, in reading order."""
    page = visit(1280)
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            **{one["name"]: one["value"].get("value") for one in node.get("properties", [])},
        }
        for node in in_reading_order(nodes)
        if not node["ignored"]
    ]


def names(tree, role: str) -> list[str]:
    return [node["name"] for node in tree if node["role"] == role]


@pytest.mark.parametrize("path", PAGES)
def test_headings_and_landmarks_tell_the_page(tree, path, language):
    """Accessibility tree: one h1, no level left out, banner, main and contentinfo once, navigation with different names"""
    levels = [node["level"] for node in tree if node["role"] == "heading"]
    assert levels.count(1) == 1
    assert [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] - pair[0] > 1] == []
    assert [len(names(tree, role)) for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    for role in ("navigation", "complementary", "region"):
        assert all(names(tree, role)) and len(set(names(tree, role))) == len(names(tree, role)), (role, names(tree, role))


@pytest.mark.parametrize("path", PAGES)
def test_every_control_has_a_name(tree, path, language, record_property):
    """Accessibility tree: every control has a name"""
    controls = [node for node in tree if node["role"] in CONTROLS]
    record_property("seen", len(controls))
    assert [node for node in controls if not node["name"].strip()] == []


@pytest.mark.parametrize("path", FORMS_SENT)
def test_errors_of_a_form_are_announced(visit, path, language, record_property):
    """Forms sent empty: an alert lists the errors, each field is marked invalid and described by its error"""
    page = visit()
    wrong = page.evaluate(WRONG)
    record_property("seen", len(wrong))
    assert len(wrong) > 2 and [field for field in wrong if field != {"invalid": "true", "told": True, "listed": True}] == []
    assert page.get_by_role("alert").locator("a").count() == len(wrong)
    assert page.title().startswith({"ja": "エラー", "en": "Error"}[language])


@pytest.mark.parametrize("path", ["people/?from=VN&road=abroad", "agencies/?language=vi", "search/?q=visa", "search/?q=qqqq"])
def test_results_are_a_status(visit, path, language):
    """Lists and search: how much was found is a status message"""
    assert visit().get_by_role("status").inner_text() != ""
