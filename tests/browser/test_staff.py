"""What staff do in their house, in a real browser, with second factors on. No complaint of the browser is let pass."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.browser.house import follow, quiet, save


def told(page) -> str:
    return page.locator(".messagelist").inner_text()


def write(page, name: str, text: str) -> None:
    """Type into a rich text editor."""
    editor = page.locator(f".prose-editor:has([name={name}]) .ProseMirror[contenteditable]")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_editor_writes_translates_and_publishes(signed_in, house):
    page = signed_in("editor")
    page.goto("/admin/guide/article/add/")
    page.locator("[name=title_ja]").fill("通勤の定期券")
    page.locator("[name=lead_ja]").fill("会社が交通費を払う場合の手順です。")
    page.locator("[name=slug]").fill("commuter-pass")
    page.locator("[name=topic]").select_option("conditions")
    page.locator("[name=checked_on]").fill("2026-11-20")
    save(page)
    assert "追加" in told(page)
    follow(page.get_by_role("link", name="通勤の定期券").first)
    today = datetime.now(ZoneInfo("Asia/Tokyo")) - timedelta(minutes=1)
    page.locator("[name=published_at_0]").fill(today.strftime("%Y-%m-%d"))
    page.locator("[name=published_at_1]").fill(today.strftime("%H:%M"))
    save(page)
    assert page.locator(".errorlist").count() == 2
    assert page.locator("[name=title_ja]").input_value() == "通勤の定期券"
    page.locator("[name=title_en]").fill("Your commuter pass")
    page.locator("[name=lead_en]").fill("How the company pays for your way to work.")
    save(page)
    assert "変更しました" in told(page)
    assert page.request.get("/en/guide/commuter-pass/").status == 200
    page.goto("/admin/guide/article/?q=commuter-pass")
    follow(page.locator("#result_list tbody th a"))
    page.locator("[name=title_ja]").fill("通勤定期券")
    save(page)
    page.goto("/admin/translations/")
    follow(page.locator("tr:has-text('題名') a").first)
    follow(page.get_by_role("link", name="通勤定期券"))
    assert page.locator(".state--outdated").inner_text() == "要更新"
    page.get_by_text("原文の変更箇所").click()
    assert page.locator(".source-change del, .source-change ins").count() > 0
    page.get_by_label("この訳のままでよい").check()
    save(page)
    page.go_back()
    page.reload()
    assert page.locator(".state--outdated").count() == 0
    quiet(page)


def test_editor_previews_what_is_typed_in_both_languages(signed_in):
    page = signed_in("editor")
    page.goto("/admin/interviews/person/2/change/")
    page.locator("[name=quote_ja]").fill("まだ保存していない一言です。")
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="日英のプレビュー").click()
    tab = opening.value
    tab.wait_for_load_state()
    shown = [frame.locator("main").inner_text() for frame in tab.frames[1:]]
    assert "まだ保存していない一言です。" in shown[0].replace("\n", "") and len(shown) == 2
    assert "まだ保存していない" not in page.request.get("/ja/people/").text()
    tab.close()
    quiet(page)


def test_operator_proposes_and_editor_approves(signed_in):
    operator, editor = signed_in("operator"), signed_in("editor")
    operator.goto("/admin/interviews/person/4/change/")
    assert operator.locator("[name=_save]").count() == 0
    operator.locator("[name=occupation_ja]").fill("品質保証の担当")
    operator.locator("[name=occupation_en]").fill("Quality engineer at the gate")
    operator.locator("[name=word]").fill("部署が変わりました")
    follow(operator.get_by_role("button", name="変更の提案として保管"))
    assert "提案として保管しました" in told(operator)
    editor.goto("/admin/")
    follow(editor.locator(".morning a", has_text="提案を確認").first)
    assert "部署が変わりました" in editor.locator("blockquote").inner_text()
    assert editor.locator(".changes tbody tr").count() == 2
    follow(editor.get_by_role("button", name="承認して反映"))
    assert "変更しました" in told(editor)
    path = editor.request.get("/admin/interviews/person/4/change/")
    assert "Quality engineer at the gate" in path.text()
    quiet(operator)
    quiet(editor)


def test_editor_schedules_a_page_and_sees_it_in_the_list_of_today(signed_in):
    page = signed_in("editor")
    page.goto("/admin/pages/notice/add/")
    soon = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(minutes=30)
    page.locator("[name=title_ja]").fill("年末の休業のお知らせ")
    page.locator("[name=title_en]").fill("Closed at the end of the year")
    page.locator("[name=slug]").fill("year-end")
    page.locator("[name=published_at_0]").fill(soon.strftime("%Y-%m-%d"))
    page.locator("[name=published_at_1]").fill(soon.strftime("%H:%M"))
    save(page)
    assert "Closed at the end" not in page.request.get("/en/").text()
    if soon.date() == datetime.now(ZoneInfo("Asia/Tokyo")).date():
        page.goto("/admin/")
        assert page.locator(".morning a", has_text="年末の休業").count() == 1
    quiet(page)


def test_editor_restores_an_earlier_version(signed_in):
    page = signed_in("editor")
    page.goto("/admin/interviews/person/6/change/")
    before = page.locator("[name=quote_en]").input_value()
    page.locator("[name=quote_en]").fill("A slip of the hand")
    page.locator("[name=quote_ja]").fill("書き間違い")
    save(page)
    page.goto("/admin/interviews/person/6/history/")
    assert "A slip of the hand" in page.locator(".history").first.inner_text()
    follow(page.get_by_role("button", name="この版に戻す").first)
    assert "以前の版に戻しました" in told(page)
    assert page.locator("[name=quote_en]").input_value() == before
    quiet(page)


def test_operator_imports_a_table_with_an_error_and_then_without(signed_in, tmp_path):
    page = signed_in("operator")
    page.goto("/admin/agencies/agency/export/")
    page.locator("[name=format]").select_option(label="csv")
    with page.expect_download() as download:
        page.locator("input[type=submit]").click()
    text = download.value.path().read_text("utf-8-sig")
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(re.sub(r"13-ユ-\d{6}", "13-ユ-1", text, count=1), "cp932")
    right.write_text(text.replace(",chiyoda,", ",minato,", 1), "utf-8")
    for file, invalid in ((wrong, True), (right, False)):
        page.goto("/admin/agencies/agency/import/")
        page.locator("[name=import_file]").set_input_files(file)
        page.locator("[name=format]").select_option(label="csv")
        follow(page.locator("input[type=submit]"))
        page.locator(".validation-error-list, [name=confirm]").first.wait_for()
        assert (page.locator(".validation-error-list").count() > 0) == invalid
    assert page.locator("ins").first.is_visible()
    follow(page.locator("[name=confirm]"))
    assert "1" in told(page)
    quiet(page)


def test_editor_withdraws_a_consent_and_the_page_is_gone(signed_in):
    page = signed_in("editor")
    page.goto("/admin/interviews/consent/")
    row = page.locator("#result_list tbody tr").last
    person = row.locator("th a").inner_text()
    row.locator("input[type=checkbox]").check()
    page.locator("[name=action]").select_option("withdraw")
    follow(page.get_by_role("button", name="実行"))
    assert "撤回しました" in told(page)
    page.goto("/admin/interviews/person/?q=" + person)
    follow(page.locator("#result_list tbody th a").first)
    assert page.request.get(f"/en/people/{page.locator('[name=slug]').input_value()}/").status == 410
    quiet(page)


def test_operator_verifies_a_licence(signed_in):
    page = signed_in("operator")
    page.goto("/admin/agencies/agency/?licence=unverified")
    before = page.locator("#result_list tbody tr").count()
    follow(page.get_by_role("link", name="確認する").first)
    if page.locator("[name=scope_seen]").count():
        page.locator("[name=scope_seen]").check()
    follow(page.get_by_role("button", name="すべて一致"))
    assert "確認済みにしました" in told(page)
    page.goto("/admin/agencies/agency/?licence=unverified")
    assert page.locator("#result_list tbody tr").count() == before - 1
    quiet(page)


def test_editor_drags_a_topic_and_the_public_page_follows(signed_in):
    page = signed_in("editor")
    page.goto("/admin/faq/category/")
    handles = page.locator(".drag.handle")
    names = page.locator("#result_list .field-__str__").all_inner_texts()
    with page.expect_response("**/adminsortable2_update/"):
        start, end = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
        page.mouse.move(start["x"] + 8, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(end["x"] + 8, end["y"] + 12, steps=12)
        page.mouse.up()
    page.goto("/ja/faq/")
    shown = page.locator("main").inner_text()
    assert shown.index(names[1]) < shown.index(names[0])
    quiet(page)


def test_editor_marks_a_reading_and_the_language_of_a_phrase(signed_in):
    page = signed_in("editor")
    page.goto("/admin/faq/question/3/change/")
    write(page, "body_ja", "定期券")
    page.keyboard.press("Control+A")
    page.locator(".prose-editor:has([name=body_ja]) .prose-menubar__button", has_text="ふりがな").click()
    page.locator("dialog input").fill("ていきけん")
    page.locator("dialog button[type=submit]").click()
    assert page.locator(".prose-editor:has([name=body_ja]) .ProseMirror[contenteditable] ruby rt").inner_text() == "ていきけん"
    write(page, "body_en", "pho")
    page.keyboard.press("Control+A")
    page.locator(".prose-editor:has([name=body_en]) .prose-menubar__button", has_text="言語").click()
    page.locator("dialog select").select_option("vi")
    page.locator("dialog button[type=submit]").click()
    save(page)
    page.go_back()
    page.reload()
    assert "<rt>ていきけん</rt>" in page.locator("[name=body_ja]").input_value()
    assert '<span lang="vi">pho</span>' in page.locator("[name=body_en]").input_value()
    quiet(page)


def test_editor_chooses_the_focal_point_by_a_click_and_by_number(signed_in):
    page = signed_in("editor")
    page.goto("/admin/interviews/person/12/change/")
    picture = page.locator(".photo__picture")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    assert (page.locator("[name=photo_x]").input_value(), page.locator("[name=photo_y]").input_value()) == ("25", "75")
    page.locator("[name=photo_x]").fill("40")
    save(page)
    assert page.locator(".errorlist").all_inner_texts() == []
    page.goto("/admin/interviews/person/12/change/")
    assert page.locator("[name=photo_x]").input_value() == "40"
    quiet(page)
