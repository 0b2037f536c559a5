"""The pages of the staff: every list, what leads on from it, its first row and what leads on from there, and the pages of an account."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from staff.roles import TABLE
from tests.audit.audit_axe import AXE, WIDTHS, violations
from tests.audit.audit_sight import SIDEWAYS

pytestmark = pytest.mark.django_db
NOBODY = {"search.term", "redirects.redirect", "sites.site", "account.emailaddress", "mfa.authenticator", "post_office.attachment"}
"""What no role may open, as the last check here makes sure."""

LISTS = [f"admin/{model._meta.label_lower.replace('.', '/')}/" for model in admin.site._registry if model._meta.label_lower not in NOBODY]
OTHERS = ["admin/", "admin/translations/", "admin/desk/case/report/", "admin/desk/case/wanted/"]
ACCOUNT = ["accounts/2fa/", "accounts/2fa/totp/activate/", "accounts/2fa/webauthn/add/", "accounts/password/change/", "accounts/logout/"]
STOCK = """() => axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})"""
"""Without the trials of axe, which the tables of the stock admin do not pass."""

SIGNED_OUT = ["accounts/login/", "accounts/password/reset/", "accounts/password/reset/done/"]
LINKS = """() => [...document.querySelectorAll(".object-tools a, #result_list tbody tr:first-child th a, #result_list tbody tr:first-child td a")]
  .map((link) => new URL(link.href)).filter((url) => url.origin === location.origin && /^\\/admin\\/.*\\/$/.test(url.pathname))
  .map((url) => url.pathname).filter((path) => !/\\/(preview|r)\\//.test(path))"""


@pytest.fixture(scope="session")
def cookies(site, django_db_blocker):
    """The session of an administrator who reads a language, as a cookie."""
    found = {}
    with django_db_blocker.unblock():
        for language in ("ja", "en"):
            user = get_user_model().objects.create_user(
                f"auditor-{language}", "", "a long enough sentence", role="administrator", is_staff=True, is_superuser=True, language=language
            )  # fmt: skip
            client = Client()
            client.force_login(user)
            found[language] = {"name": "session", "value": client.cookies["session"].value, "url": site}
    return found


def reached(page, site: str, path: str) -> list[str]:
    """A page, those to which it and its first row lead, and those to which that row's page leads."""
    page.goto(site + f"/{path}")
    found = [f"/{path}", *page.evaluate(LINKS)]
    page.goto(site + found[-1])
    return list(dict.fromkeys([*found, *page.evaluate(LINKS)]))


def looked_at(page) -> list[str]:
    """What axe and a zoom of 400 % find, by colours and width."""
    page.evaluate(AXE)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            found += [f"{scheme} {width} {fault}" for fault in violations(page, STOCK)]
    page.set_viewport_size({"width": 320, "height": 640})
    return found + ["sideways scroll"] * (page.evaluate(SIDEWAYS) > 0)


@pytest.mark.parametrize("path", [*LISTS, *OTHERS, *ACCOUNT, *SIGNED_OUT])
def test_staff_meet_no_barrier(open_page, site, cookies, path, language, record_property):
    """Staff pages: axe finds no violation, light and dark, at 360, 768 and 1280 px; no sideways scroll at 320 px"""
    page, found = open_page("/healthz", reduced_motion="reduce"), []
    page.context.add_cookies([] if path in SIGNED_OUT else [cookies[language]])
    places = reached(page, site, path)
    for place in places:
        assert page.goto(site + place).status == 200, place
        page.wait_for_load_state("networkidle")
        found += [f"{place} {fault}" for fault in looked_at(page)]
    record_property("seen", 7 * len(places))
    assert found == []


def test_what_is_left_out_is_open_to_no_role():
    """Staff pages: what was not looked at is open to no role"""
    assert NOBODY & {label for rows in TABLE.values() for label in rows} == set()
