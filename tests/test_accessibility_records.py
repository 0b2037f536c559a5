"""The yearly accessibility test: what visitors read, what editors enter."""

import pytest
from django.utils.html import escape

from pages.criteria import CRITERIA
from pages.models import AccessibilityTest, Finding
from tests.staff import errors_of, posted_form, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def test():
    return AccessibilityTest.objects.get(slug="2026")


def test_visitors_find_every_criterion_of_jis_and_wcag_once_in_its_order(client, language):
    page = client.get(f"/{language}/accessibility/2026/").content.decode()
    names = [f'<th scope="row">{each.number} {escape(getattr(each, language))}' for each in CRITERIA.values()]
    places = [page.index(name) for name in names]
    assert (len(CRITERIA), places, page.count('<th scope="row">')) == (56, sorted(places), 56)


def test_the_policy_leads_to_the_result_and_the_result_to_the_policy(client, language):
    assert f'href="/{language}/accessibility/2026/"' in client.get(f"/{language}/accessibility/").content.decode()
    assert f'href="/{language}/accessibility/"' in client.get(f"/{language}/accessibility/2026/").content.decode().partition("<main")[2]


def test_a_criterion_that_nobody_entered_counts_as_not_tested(client, test):
    Finding.objects.filter(test=test, number="1.4.3").delete()
    assert [(row.number, row.result) for row in test.rows() if row.number == "1.4.3"] == [("1.4.3", "untested")]
    assert client.get("/en/accessibility/2026/").status_code == 200


def test_full_conformance_is_not_claimed_while_something_is_not_met_or_not_tested(as_editor, test):
    data = {**posted_form(as_editor, url_of(test)), "degree": "full", "_save": "1"}
    answer = as_editor.post(url_of(test), data)
    assert list(errors_of(answer)) == ["degree"]
    test.refresh_from_db()
    assert test.degree == "heeds"


def test_what_is_not_met_cannot_be_entered_while_the_page_says_conforms_but_with_a_lower_degree(as_editor, test):
    Finding.objects.filter(test=test).update(result="met")
    AccessibilityTest.objects.update(degree="full")
    data = posted_form(as_editor, url_of(test))
    row = next(name.rpartition("-")[0] for name, value in data.items() if name.startswith("findings-") and value == "1.3.3")
    data |= {f"{row}-result": "failed", "_save": "1"}
    assert as_editor.post(url_of(test), data).status_code == 200
    assert test.findings.get(number="1.3.3").result == "met"
    assert as_editor.post(url_of(test), {**data, "degree": "partly"}).status_code == 302
    assert test.findings.get(number="1.3.3").result == "failed"


def test_an_editor_enters_a_finding_and_visitors_read_it_on_their_next_visit(as_editor, reader, test):
    data = posted_form(as_editor, url_of(test))
    row = next(name.rpartition("-")[0] for name, value in data.items() if name.startswith("findings-") and value == "1.3.3")
    data |= {f"{row}-result": "failed", f"{row}-note_ja": "直しています", f"{row}-note_en": "Being mended", "_save": "1"}
    assert as_editor.post(url_of(test), data).status_code == 302
    assert "Being mended" in reader.page("/en/accessibility/2026/")


def test_a_year_without_a_test_is_unknown_and_a_withdrawn_one_is_gone(client, test, language):
    assert client.get(f"/{language}/accessibility/1999/").status_code == 404
    AccessibilityTest.objects.update(unpublish_at=test.published_at)
    assert client.get(f"/{language}/accessibility/2026/").status_code == 410
