from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.contrib.auth import get_user_model

from tests.audit.pages import EMPTY, TITLES, reached
from tests.browser.conftest import browser, house, open_page, signed_in, site  # noqa: F401
from tests.browser.house import chromium, follow
from tests.pages_of import address


@pytest.fixture(autouse=True)
def told(request, record_property):
    """What the results say of a check: its words, its page, its language."""
    values = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    record_property("check", request.function.__doc__)
    record_property("page", TITLES.get(values.get("path"), values.get("path", "")))


@pytest.fixture(scope="session")
def program():
    """Chromium as people have it."""
    return chromium()


@pytest.fixture(scope="session")
def addresses(site, django_db_blocker):  # noqa: F811
    """A function: page and language -> its path."""
    with django_db_blocker.unblock():
        user = get_user_model().objects.create_user("auditor", "", "a long enough sentence", role="counsellor", is_staff=True)
        known = {language: reached(language, user) for language in ("ja", "en")}
    return lambda path, language: known[language].get(path) or address(path.removesuffix(EMPTY), language)


@pytest.fixture
def visit(open_page, addresses, path, language):  # noqa: F811
    """A function: width, height, options of the browser -> the page in question, open."""

    def go(width: int = 360, height: int = 740, **options):
        page = open_page(addresses(path, language), width, height, **options)
        if path.endswith(EMPTY):
            follow(page.locator("main form[method=post] .button").last)
        return page

    return go


@pytest.fixture(scope="session")
def source(site, addresses):  # noqa: F811
    """A function: page and language -> the page as the server sends it."""

    def read(path: str, language: str) -> bytes:
        data = b"name=" if path.endswith(EMPTY) else None
        try:
            return urlopen(Request(site + addresses(path, language), data)).read()
        except HTTPError as error:
            return error.read()

    return read
