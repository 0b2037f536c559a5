import pytest
from django.contrib import admin
from reversion.models import Version

from core.links import content_models
from core.models import SiteText
from desk.models import CannedReply, Closure, Office
from guide.models import Article
from tests import factories
from tests.conftest import member
from tests.staff import errors_of, list_of, posted_form, url_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_editor_opens_list_form_and_history_of_every_kind_of_content(as_editor, model):
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.first()
    for path in ("", "add/", f"{row.pk}/change/", f"{row.pk}/history/"):
        assert as_editor.get(base + path).status_code == 200, path
    assert admin.site.get_model_admin(model).history_latest_first


def test_editor_sees_japanese_and_english_of_a_field_in_one_row(as_editor):
    page = as_editor.get("/admin/guide/article/add/").content.decode()
    row = page.split('class="form-row')[1]
    assert "id_title_ja" in row and "id_title_en" in row


def form_of(as_editor, row, **changes) -> dict:
    """What the browser would send for an article's form, with changes."""
    form = as_editor.get(f"/admin/guide/article/{row.pk}/change/").context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    moments = {"published_at_0": "2026-11-01", "published_at_1": "09:00:00", "unpublish_at_0": "", "unpublish_at_1": ""}
    return {**data, **moments, "sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0, **changes}


def test_editor_changes_the_address_and_the_old_one_leads_on(as_editor):
    row = factories.article()
    old = row.get_absolute_url()
    response = as_editor.post(f"/admin/guide/article/{row.pk}/change/", form_of(as_editor, row, slug="moved-here"))
    assert response.status_code == 302
    assert Article.objects.get(pk=row.pk).slug == "moved-here"
    assert as_editor.get(old).status_code == 301
    assert Version.objects.get_for_object(row).count() == 1


def test_publishing_half_a_translation_is_refused_on_its_field(as_editor):
    row = factories.article()
    response = as_editor.post(f"/admin/guide/article/{row.pk}/change/", form_of(as_editor, row, title_en=""))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["title_en"]


def test_editor_changes_the_words_on_every_page_and_neither_adds_nor_deletes_them(settings, as_editor, client):
    settings.DEMO = False
    row = SiteText.objects.get()
    form = posted_form(as_editor, url_of(row), phone="+81-50-0000-1111", strip_en="New words on the strip", phone_note_ja="平日のみ")
    assert as_editor.post(url_of(row), form).status_code == 302
    for path in ("/en/", "/en/faq/", "/en/nowhere/"):
        page = client.get(path).content.decode()
        assert "New words on the strip" in page and 'href="tel:+815000001111"' in page, path
    assert "平日のみ" in client.get("/ja/desk/").content.decode()
    assert [as_editor.get(url).status_code for url in (f"{list_of(row)}add/", url_of(row, "delete"))] == [403, 403]
    assert SiteText.objects.count() == 1


@pytest.mark.parametrize("kind", [SiteText, CannedReply, Closure, Office, Article], ids=lambda kind: kind.__name__)
def test_staff_save_a_row_again_and_again_and_are_told_when_a_colleague_was_faster(client, kind):
    client.force_login(member("administrator", is_superuser=True))
    row = kind.objects.first() or factories.closure(first_on="2026-12-01", last_on="2026-12-01")
    opened = posted_form(client, url_of(row))
    for _time in range(2):
        assert client.post(url_of(row), posted_form(client, url_of(row))).status_code == 302
    assert list(errors_of(client.post(url_of(row), opened))) == ["__all__"]


@pytest.mark.parametrize("url", ["/admin/steps/step/1/change/", "/admin/pages/accessibilitytest/1/change/"])
def test_each_field_of_a_table_of_rows_has_the_name_of_its_column(as_editor, url):
    rows = as_editor.get(url).context["inline_admin_formsets"][0].formset
    named = [(field.name, field.field.widget.attrs["aria-label"], field.label) for form in rows for field in form.visible_fields()]
    assert len(named) > 5 and [each for each in named if each[1] != each[2]] == []
    assert 'aria-label="削除"' in rows.render()
