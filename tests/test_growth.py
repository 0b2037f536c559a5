"""Ten thousand people, twelve thousand answers: lists have pages, links lead to the right one, and a page asks no more than before."""

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from import_export.results import RowResult

from agencies.admin import AgencyTable
from agencies.models import Agency
from core import sitemaps
from core.links import Link, pager_of, pager_round
from faq.models import Category, Question
from guide.models import Article
from interviews.models import Consent, Interview, Person
from search import index
from search.models import SearchEntry
from tests import factories

pytestmark = pytest.mark.django_db


def many(model, first, count: int, **differs) -> list:
    """So many more rows like the first, without signals; values that are functions are called with the number."""
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    same = {name: getattr(first, name) for name in names}
    rows = [model(**same | {name: value(n) for name, value in differs.items()}) for n in range(count)]
    return QuerySet(model).bulk_create(rows)


@pytest.fixture
def crowd():
    """120 more people from Fiji, at the end of the wall."""
    people = many(Person, factories.person(), 119, slug=lambda n: f"crowd-{n:03}", order=lambda n: 9_000 + n, origin=lambda n: "FJ")
    today = timezone.localdate()
    Consent.objects.bulk_create([Consent(person=row, given_on=today, expires_on=today, scope="quote") for row in people])
    return people


@pytest.fixture
def topic():
    """A topic with 25 answers."""
    first = factories.question(order=0)
    many(Question, first, 24, slug=lambda n: f"answer-{n:02}", order=lambda n: n + 1)
    return first.category


def test_visitor_pages_through_the_wall_and_keeps_the_filters(client, language, crowd):
    first = client.get(f"/{language}/people/?from=FJ")
    assert [len(first.context["page"]), first.context["page"].paginator.num_pages] == [100, 2]
    assert 'rel="next" href="?from=FJ&amp;page=2"' in first.content.decode()
    second = client.get(f"/{language}/people/?from=FJ&page=2")
    assert [row.slug for row in second.context["page"]] == [row.slug for row in crowd[100:]]
    other = "ja" if language == "en" else "en"
    assert f'href="/{other}/people/?from=FJ&amp;page=2"' in second.content.decode()
    assert 'rel="prev" href="?from=FJ&amp;page=1"' in second.content.decode()


def test_visitor_sees_everybody_once_when_paging_through_the_wall(client, crowd):
    pages = [client.get(f"/en/people/?page={number}").context["page"] for number in (1, 2, 3)]
    assert [row.pk for page in pages for row in page] == list(Person.objects.published().values_list("pk", flat=True))


def test_search_engine_finds_each_page_of_a_list_and_not_what_filters_choose(client, language, crowd):
    for query, own in (("page=2", "?page=2"), ("from=FJ&page=2", ""), ("from=FJ", "")):
        page = client.get(f"/{language}/people/?{query}").content.decode()
        assert f'<link rel="canonical" href="{settings.SITE_ORIGIN}/{language}/people/{own}">' in page
        assert f'hreflang="ja" href="{settings.SITE_ORIGIN}/ja/people/{own}"' in page


def test_visitor_pages_through_the_agencies(client, language):
    many(Agency, factories.agency(), 40, slug=lambda n: f"many-{n}", licence_number=lambda n: f"13-ユ-7{n:05}")
    pages = [client.get(f"/{language}/agencies/?page={number}").context["page"] for number in (1, 2, 3)]
    assert len({row.pk for page in pages for row in page}) == Agency.objects.published().count()


def test_the_demonstration_fits_on_one_page_of_each_list(client, language):
    for path in ("people/", "agencies/", *(f"faq/{topic.slug}/" for topic in Category.objects.published())):
        response = client.get(f"/{language}/{path}")
        assert not response.context["page"].has_other_pages() and 'class="pages"' not in response.content.decode()


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "1.5", ""])
@pytest.mark.parametrize("path", ["people/", "agencies/", "faq/visa/"])
def test_visitor_who_asks_for_a_page_that_is_none_gets_a_404(client, path, number, language):
    assert client.get(f"/{language}/{path}", {"page": number or "last"}).status_code == 404


def test_a_link_to_an_answer_leads_to_it_on_whatever_page_it_stands(client, topic, language):
    for row in topic.questions.published():
        path, _hash, anchor = f"/{language}{row.get_absolute_url()[3:]}".partition("#")
        page = client.get(path).content.decode()
        assert f'id="{anchor}" open' in page and page.count(" open>") == 1


def test_visitor_pages_through_a_topic(client, topic):
    slugs = [question.slug for number in (1, 2, 3) for question in client.get(f"/en/faq/{topic.slug}/?page={number}").context["questions"]]
    assert slugs == [row.slug for row in topic.questions.order_by("order", "pk")]


def test_an_answer_on_another_page_than_asked_for_is_a_404(client, topic):
    assert client.get(f"/en/faq/{topic.slug}/?open=answer-20&page=1").status_code == 404


def test_pages_of_long_lists_ask_no_more_than_those_of_short_ones(client, crowd, topic, django_assert_max_num_queries):
    for path, most in (("people/?page=2", 8), ("people/?from=FJ", 8), (f"faq/{topic.slug}/?open=answer-20", 6), ("agencies/?page=1", 6)):
        with django_assert_max_num_queries(most):
            assert client.get(f"/en/{path}").status_code == 200


@pytest.mark.parametrize("model", [Interview, Article])
def test_reader_is_led_to_the_page_before_and_after(model):
    rows = model.objects.published()
    links = [Link(*columns) for columns in rows.as_links().order_by(*model._meta.ordering)]
    assert [pager_round(row) for row in rows] == [pager_of(links, row.slug) for row in rows]


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-person-1.xml"])
def test_lists_for_machines_are_read_only_and_not_listed_themselves(client, settings, path):
    settings.DEMO = False
    assert client.get(path).headers["X-Robots-Tag"] == "noindex, noodp, noarchive"
    assert [client.head(path).status_code, client.post(path).status_code] == [200, 405]


def test_search_engine_finds_the_parts_of_the_sitemap_and_every_page_in_them_once(client, monkeypatch):
    monkeypatch.setattr(sitemaps.ContentSitemap, "limit", 30)
    listed = client.get("/sitemap.xml").content.decode()
    parts = [place.partition("</loc>")[0].partition(":8000")[2] for place in listed.split("<loc>")[1:]]
    assert [part for part in parts if "person" in part] == [f"/sitemap-person-{n}.xml" for n in range(1, 8)]
    pages = [place.partition("<")[0] for part in parts for place in client.get(part).content.decode().split("<loc>")[1:]]
    people = [page for page in pages if "/en/people/" in page]
    assert len(people) == len(set(people)) == 1 + 100 + 30
    assert not any("#" in page for page in pages)


@pytest.mark.parametrize("part", ["person-0", "person-99", "question-1", "nothing-1"])
def test_search_engine_that_asks_for_a_part_that_is_none_gets_a_404(client, part):
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


def test_reader_of_the_site_map_is_led_on_where_a_list_is_long(client, crowd, language):
    page = client.get(f"/{language}/sitemap/").content.decode()
    assert page.count(f'href="/{language}/people/') < 240 and crowd[-1].slug not in page


def test_publishing_one_row_writes_only_its_own_entries_anew():
    one, other = factories.article(published_at=None), factories.article()
    before = SearchEntry.objects.get(kind="article", object_id=other.pk, language="en").pk
    Article.objects.filter(pk=one.pk).update(published_at=timezone.now())
    assert SearchEntry.objects.filter(kind="article", object_id=one.pk).count() == 2
    assert SearchEntry.objects.get(kind="article", object_id=other.pk, language="en").pk == before


def test_dragging_people_to_another_place_writes_no_entry_anew(monkeypatch):
    monkeypatch.setattr(index, "rebuild", lambda *args: pytest.fail("written anew"))
    rows = list(Person.objects.all()[:3])
    Person.objects.bulk_update(rows, ["order"])
    Person.objects.filter(pk=rows[0].pk).update(order=5)


def test_two_rows_of_a_table_with_one_licence_number_are_refused(tmg_editor):
    data = AgencyTable().export(Agency.objects.all()[:1])
    rows = data.__class__(headers=data.headers)
    for slug in ("one", "two"):
        changes = {"slug": slug, "licence_number": "13-ユ-777777"}
        rows.append([changes.get(name, cell) for name, cell in zip(data.headers, data[0], strict=True)])
    result = AgencyTable().import_data(rows, dry_run=True, user=tmg_editor)
    assert [row.import_type for row in result.rows] == [RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_INVALID]
    assert list(result.invalid_rows[0].field_specific_errors) == ["licence_number"]
