"""Every kind of page in both languages: what a visitor, a search engine and a slow phone need of it."""

import html
import json
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client

from core.links import content_models
from tests.pages_of import FORMS, KINDS, address, paths

pytestmark = pytest.mark.django_db
BUDGETS = {"": 12, "people/": 8, "sitemap/": 9}
LONG = "a" * 10_000
JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


class Outline(HTMLParser):
    """Counts what a page must have once, and collects links, ids, headings and images."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.links, self.ids, self.headings, self.images = {}, [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        self.images += [values] if tag == "img" else []


def head_of(page: str, pattern: str) -> str:
    return html.unescape(re.search(pattern, page)[1])


@pytest.mark.parametrize("path", paths())
def test_visitor_gets_a_whole_page(client, path, language, django_assert_max_num_queries):
    url = address(path, language)
    with django_assert_max_num_queries(BUDGETS.get(path.split("?")[0], 6)):
        response = client.get(url)
    page = response.content.decode()
    outline = Outline(page)
    clean = url.split("?")[0]
    assert response.status_code == 200
    assert f'<html lang="{language}">' in page
    assert [outline.tags.get(tag) for tag in ("title", "h1", "main")] == [1, 1, 1]
    assert len(outline.ids) == len(set(outline.ids))
    assert head_of(page, r'rel="canonical" href="([^"]+)"') == settings.SITE_ORIGIN + clean
    for code, target in (("ja", "ja"), ("en", "en"), ("x-default", "en")):
        assert head_of(page, rf'hreflang="{code}" href="([^"]+)"') == f"{settings.SITE_ORIGIN}/{target}{clean[3:]}"
    title = head_of(page, r"<title>([^<]+)</title>")
    assert head_of(page, r'og:title" content="([^"]+)"') == title.removesuffix(" | TOKYO CAREER GUIDE")
    assert head_of(page, r'name="description" content="([^"]+)"') == head_of(page, r'og:description" content="([^"]+)"')
    assert [later - earlier for earlier, later in zip(outline.headings, outline.headings[1:], strict=False) if later - earlier > 1] == []
    assert all({"alt", "width", "height", "src"} <= set(image) for image in outline.images)
    kinds = [json.loads(block)["@type"] for block in JSON_LD.findall(page)]
    assert ("BreadcrumbList" in kinds) == bool(path)
    assert (
        "{%" not in page
        and "{{" not in page
        and "None" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).replace("None (posting", "")
    )


@pytest.mark.parametrize(
    ("kind", "structured"), [("interview", "Article"), ("category", "FAQPage"), ("article", "Article"), ("event", "Event")]
)
def test_search_engine_reads_structured_data(client, kind, structured, language):
    blocks = [json.loads(block) for block in JSON_LD.findall(client.get(address(kind, language)).content.decode())]
    found = next(block for block in blocks if block["@type"] == structured)
    assert found["@context"] == "https://schema.org"
    if kind == "interview":
        assert found["video"]["@type"] == "VideoObject"
        assert found["video"]["contentUrl"].startswith(settings.SITE_ORIGIN + "/media/")


@pytest.mark.parametrize("path", paths())
def test_public_page_sets_no_cookie_and_varies_on_nothing_personal(client, path, language):
    response = client.get(address(path, language))
    assert not response.cookies
    assert set(response.headers.get("Vary", "").replace(" ", "").split(",")) <= {"", "Accept-Encoding"}


def test_no_page_says_in_the_other_language_what_it_says_in_this(client):
    english = client.get("/en/").content.decode()
    japanese = client.get("/ja/").content.decode()
    assert [head_of(page, r"<h1[^>]*>(.+?)</h1>") for page in (english, japanese)] != [head_of(english, r"<h1[^>]*>(.+?)</h1>")] * 2


def test_every_internal_link_of_every_page_leads_to_a_page_with_a_title_of_its_own(client):
    """A crawl from both homes: no 404, no missing alternate, no title twice in a language."""
    waiting, seen, titles = ["/ja/", "/en/"], set(), {}
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        response = client.get(url)
        assert response.status_code == 200, url
        if not response.headers["Content-Type"].startswith("text/html"):
            continue
        page = response.content.decode()
        outline = Outline(page)
        assert 'hreflang="x-default"' in page, url
        if "?" not in url:
            titles.setdefault((url[:4], head_of(page, r"<title>([^<]+)</title>")), set()).add(url)
        for link in outline.links:
            target, _hash, fragment = link.partition("#")
            if target.startswith("/"):
                waiting.append(target)
            elif not target:
                assert fragment in outline.ids, (url, link)
    assert {title: urls for title, urls in titles.items() if len(urls) > 1} == {}
    public = [row for model in content_models() if model.in_sitemap for row in model.objects.published().for_cards()]
    assert {address for row in public for address in row.addresses() if "#" not in address} <= seen


@pytest.mark.parametrize("kind", list(KINDS))
def test_unknown_slug_gets_a_404_with_the_five_ways_on(client, kind, language):
    response = client.get(f"/{language}/{KINDS[kind].format(slug='nobody-here')}")
    page = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}">' in page
    for way in ("people/", "steps/", "faq/", "agencies/", "desk/"):
        assert f'href="/{language}/{way}"' in page


@pytest.mark.parametrize(
    "path", ["%00", "people/%00/", "faq/?open=%00", "search/?q=%00", "people/?from=VN%0d%0aX", "steps/?done=%0a", LONG, f"search/?q={LONG}"]
)
def test_nul_line_breaks_and_thousands_of_letters_in_an_address_get_a_400(client, path, language):
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 400
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize(
    "path",
    ["people/%ff%fe/", "faq/日本語/", "people/?from=%ff", "faq/visa/?open=%ff", "steps/?done=9z", "guide/%E3%81%82/", "events/x/event.ics"],
)
def test_broken_or_foreign_addresses_get_a_404(client, path, language):
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize("path", [path for path in paths() if path not in FORMS])
def test_a_wrong_method_is_refused_in_the_readers_language(path, language):
    stranger = Client(enforce_csrf_checks=True)
    for send in (stranger.post, stranger.put, stranger.delete):
        response = send(address(path, language).split("?")[0])
        assert response.status_code == 405
        assert f'<html lang="{language}">' in response.content.decode()
        assert f'href="/{language}/desk/"' in response.content.decode()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.5", "ja"),
        ("en-US", "en"),
        ("vi-VN,vi;q=0.9", "en"),
        ("", "en"),
        ("fr;q=1, ja;q=0.1", "ja"),
        ("\xff", "en"),
    ],
)
def test_the_bare_address_leads_to_the_readers_language(client, accepted, language):
    response = client.get("/", headers={"accept-language": accepted})
    assert [response.status_code, response.headers["Location"]] == [302, f"/{language}/"]
    assert "Accept-Language" in response.headers["Vary"]
