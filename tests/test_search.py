from datetime import timedelta

import pytest
from django.utils import timezone

from guide.models import Article
from search.find import search, suggestions
from search.models import SearchEntry, Term
from tests import factories

pytestmark = pytest.mark.django_db


def slugs(query, language, kind="article"):
    return {entry.url.rstrip("/").split("/")[-1] for entry in search(query, language) if entry.kind == kind}


def test_each_of_the_names_of_a_thing_finds_the_pages_with_any_of_them():
    Term.objects.create(word_ja="縞馬証／シマ票（見本）", reading="しまうましょう", word_en="zebra permit / ZP")
    row, other = factories.article(title_ja="シマ票の話", title_en="Getting a ZP"), factories.article(title_ja="見本の話")
    assert slugs("縞馬証", "ja") == slugs("zebra permit", "ja") == slugs("しまうましょう", "ja") == {row.slug}
    assert slugs("zebra permit", "en") == slugs("シマ票", "en") == {row.slug}
    assert other.slug in slugs("見本", "ja")


@pytest.mark.parametrize("query", ["ビザ", "びざ", "ﾋﾞｻﾞ"])
def test_one_word_in_three_scripts_finds_the_same(query):
    found = search(query, "ja")
    assert found == search("ビザ", "ja")
    assert found


def test_english_words_are_found_by_their_stem():
    row = factories.article(title_en="Negotiating zebras", title_ja="シマウマ")
    assert slugs("negotiate zebra", "en") == slugs("NEGOTIATIONS ZEBRAS", "en") == {row.slug}


def test_a_japanese_page_is_found_by_its_english_term_and_the_other_way_round():
    Term.objects.create(word_ja="縞馬手当", reading="しまうまてあて", word_en="zebra allowance")
    row = factories.article(title_ja="縞馬手当の話", title_en="About the zebra allowance")
    assert slugs("zebra allowance", "ja") == {row.slug}
    assert slugs("縞馬手当", "en") == slugs("しまうまてあて", "en") == {row.slug}


def test_a_change_of_a_row_or_of_its_section_is_found_at_once():
    row = factories.article(title_en="Aardvark")
    section = row.sections.create(order=1, heading_ja="節", heading_en="Part", body_ja="<p>文</p>", body_en="<p>Quokka</p>")
    assert slugs("aardvark", "en") == slugs("quokka", "en") == {row.slug}
    section.delete()
    Article.objects.filter(pk=row.pk).update(title_en="Wombat")
    assert [slugs(word, "en") for word in ("quokka", "aardvark", "wombat")] == [set(), set(), {row.slug}]
    row.delete()
    assert slugs("wombat", "en") == set()


def test_drafts_and_withdrawn_rows_are_never_found():
    now = timezone.now()
    factories.article(title_en="Okapi draft", published_at=None)
    factories.article(title_en="Okapi later", published_at=now + timedelta(1))
    factories.article(title_en="Okapi over", unpublish_at=now - timedelta(1))
    live = factories.article(title_en="Okapi live")
    assert slugs("okapi", "en") == {live.slug}


def test_person_vanishes_from_the_search_with_the_consent():
    row = factories.person(name_en="Zaphod Beeblebrox")
    assert slugs("zaphod", "en", kind="person") == {row.slug}
    row.consent.withdrawn_at = timezone.now()
    row.consent.save()
    assert slugs("zaphod", "en", kind="person") == set()


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "%_", "!?。、", "'; drop table", "\\", "a" * 1_900, "\ud800", "((((", "＊"])
def test_hostile_input_is_answered_calmly(client, query, language):
    response = client.get(f"/{language}/search/", {"q": query.encode("utf-8", "replace").decode()})
    assert response.status_code == 200
    assert len(response.context["query"]) <= 100


@pytest.mark.parametrize("query", ["%", "_", "%_", "!?。、"])
def test_marks_alone_find_nothing(query):
    assert search(query, "ja") == []


def test_visitor_sees_marks_groups_and_a_count(client):
    page = client.get("/en/search/?q=pension").content.decode()
    assert "<mark>" in page and 'role="status"' in page


def test_visitor_who_finds_nothing_gets_suggestions_and_ways_on(client):
    assert "pay slip" in suggestions("pay slpi", "en")
    page = client.get("/en/search/?q=pay+slpi").content.decode()
    assert "pay slip" in page and "/en/desk/" in page


def test_a_found_script_is_shown_as_text(client):
    factories.article(title_en="Numbat <script>alert(1)</script>", title_ja="フクロアリクイ")
    page = client.get("/en/search/?q=numbat").content.decode()
    assert "<script>alert" not in page


def test_every_live_row_has_one_entry_a_language():
    assert (
        SearchEntry.objects.filter(kind="question", language="ja").count()
        == SearchEntry.objects.filter(kind="question", language="en").count()
        > 100
    )


def test_visitor_pages_through_many_results(client):
    first = client.get("/en/search/?q=japanese")
    assert len(first.context["page"]) == 20 and 'href="?q=japanese&amp;page=2"' in first.content.decode()
    last = first.context["page"].paginator.num_pages
    assert client.get(f"/en/search/?q=japanese&page={last}").status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "9999", "x", "1.5", "٣"])
def test_a_page_out_of_range_is_a_404(client, page, language):
    assert client.get(f"/{language}/search/", {"q": "visa", "page": page}).status_code == 404


def test_reader_of_a_long_question_is_told_that_only_its_beginning_was_searched(client):
    notice = "We searched for the first 100 characters."
    assert notice in client.get("/en/search/", {"q": "visa " * 21}).content.decode()
    assert notice not in client.get("/en/search/", {"q": "visa"}).content.decode()
