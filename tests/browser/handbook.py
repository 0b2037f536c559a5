"""Takes the pictures of the handbooks anew: ``python -m tests.browser.handbook`` writes docs/handbook/*.png."""

import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.house import ROOT, chromium, code, opened

FOLDER = ROOT / "docs" / "handbook"
PERSON = "/admin/interviews/person/2/change/"


def shoot(page, name: str, element: str = "", height: int = 760) -> None:
    """The top of the page, or one element of it, in few colours."""
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"{name}.png"
    if element:
        page.locator(element).first.screenshot(path=file)
    else:
        page.screenshot(path=file, clip={"x": 0, "y": 0, "width": 1180, "height": height})
    Image.open(file).convert("RGB").quantize(96).save(file, optimize=True)


def sign_in(browser, house, role: str):
    page = browser.new_context(viewport={"width": 1180, "height": 800}, base_url=house.origin, locale="ja-JP").new_page()
    page.goto("/admin/")
    if role == "editor":
        shoot(page, "sign-in", height=420)
    page.locator("[name=login]").fill(role)
    page.locator("[name=password]").fill(house.passwords[role])
    page.get_by_role("button", name="ログイン", exact=True).click()
    if role == "administrator":
        page.wait_for_url("**/2fa/")
        shoot(page, "second-factor", height=560)
        return page
    page.locator("[name=code]").fill(code())
    page.locator("form:has([name=code]) button[type=submit]").click()
    page.wait_for_url("**/admin/")
    return page


def editors(page) -> None:
    page.goto(PERSON)
    shoot(page, "two-languages")
    shoot(page, "focal-point", ".form-row.field-photo")
    shoot(page, "publishing", "fieldset.module >> nth=1")
    shoot(page, "before-public", ".rehearsal")
    page.locator("[name=quote_ja]").fill("検査の写真を40万枚見ました。夢にも出てきます。")
    with page.context.expect_page() as opening:
        page.locator("[name=_preview]").click()
    shoot(opening.value, "preview", height=790)
    opening.value.close()
    page.locator("[name=_save]").click()
    page.goto(PERSON)
    page.get_by_text("原文の変更箇所").click()
    shoot(page, "outdated", ".form-row:has(.state--outdated)")
    page.goto("/admin/translations/")
    shoot(page, "matrix")
    page.goto(PERSON.replace("change", "history"))
    shoot(page, "history", height=520)
    page.goto("/admin/faq/category/")
    shoot(page, "order", height=520)
    page.goto("/admin/interviews/consent/")
    shoot(page, "consents", height=520)
    page.goto("/admin/guide/article/add/")
    page.locator("[name=title_ja]").fill("通勤の定期券")
    page.locator("[name=slug]").fill("commuter-pass")
    page.locator("[name=topic]").select_option("conditions")
    page.locator("[name=published_at_0]").fill("2026-11-01")
    page.locator("[name=published_at_1]").fill("09:00")
    page.locator("[name=_save]").click()
    shoot(page, "missing", height=420)
    page.goto("/admin/faq/question/1/change/")
    shoot(page, "rich-text", ".form-row.field-body_ja")


def operators(page) -> None:
    page.goto("/admin/interviews/person/3/change/")
    page.locator("[name=occupation_ja]").fill("サーバー開発の責任者")
    page.locator("[name=occupation_en]").fill("Lead server-side engineer")
    page.locator("[name=word]").fill("所属先から肩書の変更の連絡がありました。")
    shoot(page, "propose", ".rehearsal")
    page.locator("[name=_propose]").click()
    page.goto("/admin/agencies/agency/?licence=unverified")
    shoot(page, "licences", height=420)
    page.get_by_role("link", name="確認する").first.click()
    shoot(page, "verify", height=560)
    page.goto("/admin/agencies/agency/export/")
    page.locator("[name=format]").select_option(label="csv")
    with page.expect_download() as download:
        page.locator("input[type=submit]").click()
    text = download.value.path().read_text("utf-8-sig")
    file = Path(tempfile.mkdtemp()) / "agencies.csv"
    for name, changed in (
        ("import-refused", text.replace("13-ユ-", "13-ﾕ-x", 1)),
        ("import-preview", text.replace(",chiyoda,", ",minato,", 1)),
    ):
        file.write_text(changed, "utf-8")
        page.goto("/admin/agencies/agency/import/")
        page.locator("[name=import_file]").set_input_files(file)
        page.locator("[name=format]").select_option(label="csv")
        page.locator("input[type=submit]").click()
        shoot(page, name, height=620)
    page.goto("/admin/")
    shoot(page, "morning-operator", height=520)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with opened(Path(tempfile.mkdtemp()), os.environ.get("DATABASE_URL", "")) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        editor, operator = sign_in(browser, house, "editor"), sign_in(browser, house, "operator")
        editors(editor)
        operators(operator)
        editor.goto("/admin/")
        shoot(editor, "morning", height=520)
        editor.locator(".morning a", has_text="提案を確認").first.click()
        shoot(editor, "decide", height=620)
        shoot(sign_in(browser, house, "administrator"), "second-factor", height=560)
        browser.close()


if __name__ == "__main__":
    main()
