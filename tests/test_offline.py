"""What the server gives to phones on bad lines: the worker, its kill switch, the page that stands for all others."""

import re

import brotli
import pytest
from django.conf import settings

from core.models import SiteText
from tests.pages_of import address

pytestmark = pytest.mark.django_db
BUTTON = re.compile(r"<p [^>]*data-tcg-keep hidden>")
SCRIPTS = settings.BASE_DIR / "static/js"


def test_browser_gets_the_worker_and_asks_for_it_anew_each_time(client):
    response = client.get("/sw.js")
    assert response.status_code == 200
    assert [response.headers[name] for name in ("Content-Type", "Cache-Control")] == ["text/javascript", "no-cache"]
    assert response.content == (SCRIPTS / "sw.js").read_bytes()


def test_browser_gets_a_worker_that_clears_up_when_the_switch_is_off(client, settings):
    settings.SERVICE_WORKER = False
    response = client.get("/sw.js")
    assert [response.headers[name] for name in ("Content-Type", "Cache-Control")] == ["text/javascript", "no-cache"]
    assert response.content == (SCRIPTS / "sw-off.js").read_bytes()
    assert b"unregister()" in response.content and b"fetch" not in response.content


def test_worker_is_allowed_by_the_policy_from_our_own_address_alone(client):
    policy = client.get("/en/").headers["Content-Security-Policy"]
    assert "worker-src 'self';" in policy
    assert "trusted-types tcg;" in policy + ";"


def test_reader_without_a_line_finds_the_phone_number_and_what_can_be_read(client, language):
    page = client.get(f"/{language}/offline/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    site = SiteText.objects.get()
    assert f'<a href="{site.phone_uri}">{site.phone}</a>' in main
    for way in ("steps/", "faq/", "desk/"):
        assert f'href="/{language}/{way}"' in main
    assert re.search(r'<section [^>]*data-tcg-kept [^>]*hidden>.*?<ul class="related"></ul>', main, re.S)


def addresses_for_search_engines(client) -> set[str]:
    """What the sitemap names, also when it is an index of further ones."""
    found, waiting = set(), ["/sitemap.xml"]
    while waiting:
        named = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", client.get(waiting.pop()).content.decode())
        waiting += [address for address in named if ".xml" in address]
        found |= set(named)
    return found


def test_search_engine_leaves_the_page_for_bad_lines_out(client, language):
    assert '<meta name="robots" content="noindex">' in client.get(f"/{language}/offline/").content.decode()
    named = addresses_for_search_engines(client)
    assert f"/{language}/steps/" in named and f"/{language}/offline/" not in named
    assert f'href="/{language}/offline/"' not in client.get(f"/{language}/sitemap/").content.decode()


@pytest.mark.parametrize("kind", ["category", "step", "agency", "article", "event"])
def test_reader_may_keep_a_page_with_rules_and_dates(client, kind, language):
    page = client.get(address(kind, language)).content.decode()
    assert len(BUTTON.findall(page)) == 1
    assert 'aria-pressed="false"' in page


@pytest.mark.parametrize("path", ["person", "interview", "people/", "", "desk/ask/", "search/?q=visa"])
def test_reader_may_not_keep_people_or_pages_with_a_form(client, path, language):
    assert BUTTON.findall(client.get(address(path, language)).content.decode()) == []


def test_cards_of_people_on_an_event_are_marked_for_the_worker_to_cut(client, language):
    page = client.get(f"/{language}/events/hanoi-december/").content.decode()
    assert f'href="/{language}/people/phung-ba-kien/"' in page
    cut = re.sub(r"<section[^>]* data-tcg-people.*?</section>", "", page, flags=re.S)
    assert re.findall(r'href="/../people/[^"?]', cut) == []


def test_public_pages_bring_one_script_that_blocks_nothing_and_staff_pages_none(client, administrator):
    page = client.get("/en/").content.decode()
    assert re.findall(r"<script[^>]* src=[^>]*>", page) == ['<script type="module" src="/static/js/keep.js">']
    client.force_login(administrator)
    for path in ("/admin/", "/accounts/login/"):
        assert "keep.js" not in client.get(path, follow=True).content.decode()


def test_all_scripts_of_readers_together_are_small():
    scripts = [SCRIPTS / name for name in ("sw.js", "keep.js", "hours.js", "captions.js")]
    assert sum(len(brotli.compress(script.read_bytes(), quality=5)) for script in scripts) <= 5_000
