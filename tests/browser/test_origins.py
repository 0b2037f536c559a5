"""What a browser asks for on its own while somebody reads: every request goes to this site."""

import pytest

from interviews.models import Interview
from tests.pages_of import address, paths

pytestmark = pytest.mark.django_db


def asked_for(open_page, site: str, language: str, width: int) -> list[str]:
    """Every address that the browser asked for on every kind of page, with a film that plays and the page to sign in."""
    asked = []
    page = open_page(f"/{language}/nothing-here/", width, 6000)
    page.context.on("request", lambda request: asked.append(request.url))
    film = Interview.objects.with_video().published().first()
    for path in [*(address(path, language) for path in paths()), f"/{language}/people/{film.person.slug}/interview/"]:
        page.goto(site + path)
    page.locator("video").first.evaluate("video => void video.play().catch(() => null)")
    page.goto(f"{site}/accounts/login/")
    return asked


@pytest.mark.parametrize(("language", "width"), [("ja", 360), ("en", 1280)])
def test_no_page_asks_another_site_for_anything(open_page, site, language, width):
    asked = asked_for(open_page, site, language, width)
    assert len({url for url in asked if "/static/" in url or "/media/" in url}) > 20
    assert [url for url in asked if not url.startswith((f"{site}/", "data:", "blob:"))] == []
