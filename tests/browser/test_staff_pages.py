"""Signing in to the house, and whether its pages have barriers."""

import pytest

from tests.browser.house import follow, quiet, save, watched
from tests.browser.test_every_page import AXE


def test_five_wrong_passwords_are_enough_over_both_workers(browser, house):
    context = browser.new_context(base_url=house.origin)
    page = context.new_page()
    answers = []
    for _try in range(6):
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill("somebody")
        page.locator("[name=password]").fill("not the password at all")
        with page.expect_response("**/accounts/login/") as answer:
            page.get_by_role("button", name="ログイン", exact=True).click()
        answers.append(answer.value.status)
    assert answers == [200, 200, 200, 200, 200, 429]
    assert "5分ほど待って" in page.locator("main").inner_text()
    context.close()


def test_administrator_enrols_an_app_then_a_passkey_and_enters_with_it(browser, house):
    context = browser.new_context(base_url=house.origin, viewport={"width": 1280, "height": 900})
    page = watched(context)
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/admin/staff/user/")
    page.locator("[name=login]").fill("administrator")
    page.locator("[name=password]").fill(house.passwords["administrator"])
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url("**/accounts/2fa/")
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("[name=name]").fill("My key")
    if page.locator("[name=passwordless]").count():
        page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.wait_for_load_state("networkidle")
    page.goto("/admin/")
    assert "対応が必要な項目" in page.locator("h2").first.inner_text()
    page.goto("/accounts/logout/")
    follow(page.locator("form button[type=submit]").last)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="パスキーでログイン").click()
    page.wait_for_url("**/admin/")
    assert context.complaints == []
    page.goto("/admin/staff/user/add/")
    page.locator("[name=email]").fill("guest@example.org")
    page.locator("[name=role]").select_option("editor")
    save(page)
    house.manage("deliver_mail")
    letter = house.box.letters[-1]
    assert letter["To"] == "guest@example.org"
    assert context.complaints == []
    context.close()


ADDED = {"editor": ["", "translations/", "interviews/person/1/change/", "interviews/person/1/history/", "core/proposal/", "core/linkfault/",
                    "interviews/interview/add/", "guide/article/recover/", "agencies/agency/import/", "interviews/homeperson/", "interviews/consent/1/change/"],
         "operator": ["", "agencies/agency/1/verify/", "agencies/agency/1/change/", "interviews/person/1/change/"],
         "counsellor": ["", "desk/office/"]}  # fmt: skip


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in ADDED.items() for path in paths])
def test_the_pages_we_added_have_no_barrier(signed_in, role, path):
    page = signed_in(role)
    page.goto(f"/admin/{path}")
    page.wait_for_load_state("networkidle")
    quiet(page)
    page.evaluate(AXE)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    page.context.complaints.clear()  # the checker writes style attributes of its own
    assert [[found["id"], [node["html"] for node in found["nodes"]][:3]] for found in result["violations"]] == []
