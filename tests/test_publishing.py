"""Editors publish, schedule, translate, preview and keep out of each other's way."""

from datetime import timedelta

import pytest
from django.contrib.redirects.models import Redirect
from django.core.files.storage import default_storage, storages
from django.forms import modelform_factory
from django.test import Client
from django.utils import timezone
from reversion.models import Version

from core.forms import ContentForm
from core.preview import pages_as_if_live, review_link
from core.translation_state import OutdatedTranslation, notes_on_page, pages_with, state_of
from faq.models import Question
from guide.models import Article
from guide.models import Section as ArticleSection
from interviews.models import Interview, Person
from search.models import SearchEntry
from tests import factories
from tests.conftest import member
from tests.staff import errors_of, list_of, posted_form, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    row = factories.article()
    ArticleSection.objects.create(article=row, order=1, **factories.both(heading="Part", body="<p>Body</p>"))
    return row


def save(client, row, **changes):
    return client.post(url_of(row), {**posted_form(client, url_of(row)), "_save": "1", **changes})


def test_editor_who_publishes_an_empty_section_row_is_told_on_that_row(as_editor, article):
    answer = save(as_editor, article, **{"sections-0-body_en": ""})
    forms = answer.context["inline_admin_formsets"][0].formset.forms
    assert answer.status_code == 200
    assert list(forms[0].errors) == ["body_en"]


def test_a_row_sees_the_date_of_publication_that_is_saved_with_it(as_editor, article):
    Article.objects.filter(pk=article.pk).update(published_at=None)
    ArticleSection.objects.update(body_en="")
    assert save(as_editor, article, published_at_0="", published_at_1="").status_code == 302
    answer = save(as_editor, article, published_at_0="2026-01-01", published_at_1="09:00")
    assert list(answer.context["inline_admin_formsets"][0].formset.forms[0].errors) == ["body_en"]


def test_editor_saves_a_half_done_draft(as_editor):
    data = posted_form(as_editor, f"{list_of(Article)}add/", slug="half-done", title_ja="書きかけ", topic="manners")
    assert as_editor.post(f"{list_of(Article)}add/", {**data, "_save": "1"}).status_code == 302
    assert Article.objects.get(slug="half-done").title_en is None


def test_errors_of_fields_that_are_not_in_the_form_stand_on_top(article):
    form_class = modelform_factory(Article, form=ContentForm, fields=["title_ja", "lead_ja"])
    form = form_class({"title_ja": "題", "lead_ja": "文"}, instance=Article.objects.get(pk=article.pk))
    form.instance.title_en = ""
    assert form.is_valid() is False
    assert {name: len(errors) for name, errors in form.errors.items()} == {"__all__": 1}
    assert "question" not in form.errors["__all__"][0] and "title" in form.errors["__all__"][0]


def test_a_person_without_consent_is_not_published(as_editor):
    row = factories.person(consent=False, published_at=None)
    answer = save(as_editor, row, published_at_0="2026-11-01", published_at_1="09:00")
    assert list(errors_of(answer)) == ["published_at"]
    assert Person.objects.get(pk=row.pk).published_at is None


def test_an_interview_needs_a_consent_that_covers_it(as_editor):
    row = factories.interview()
    type(row.person.consent).objects.filter(person=row.person).update(scope="quote")
    assert list(errors_of(save(as_editor, row))) == ["published_at"]


def test_a_changed_source_makes_the_translation_outdated_and_a_followed_one_current(as_editor, article):
    save(as_editor, article, title_ja="新しい題名")
    note = OutdatedTranslation.objects.get()
    assert (note.field, note.language, note.basis, note.page_id) == ("title", "en", "Article ja", article.pk)
    page = as_editor.get(url_of(article)).content.decode()
    assert "<del>Article ja</del>" in page and "<ins>新しい題名</ins>" in page
    save(as_editor, article, title_en="A new title")
    assert not OutdatedTranslation.objects.exists()


def test_a_source_changed_back_makes_the_translation_current_again(as_editor, article):
    save(as_editor, article, title_ja="新しい題名")
    save(as_editor, article, title_ja="Article ja")
    assert not OutdatedTranslation.objects.exists()


def test_a_changed_section_is_noted_for_its_page_and_may_be_said_to_hold(as_editor, article):
    save(as_editor, article, **{"sections-0-body_ja": "<p>新しい本文</p>"})
    note = OutdatedTranslation.objects.get()
    assert (note.model, note.field, note.language) == ("guide.section", "body", "en")
    save(as_editor, article, still_holds=[note.pk])
    assert not OutdatedTranslation.objects.exists()


def test_both_languages_changed_together_and_mere_bold_outdate_nothing(as_editor, article):
    save(as_editor, article, title_ja="新", title_en="New", **{"sections-0-body_ja": "<p><strong>Body</strong> ja</p>"})
    assert not OutdatedTranslation.objects.exists()


def test_a_missing_translation_is_missing_and_an_empty_optional_one_is_nothing(article):
    article.title_en, article.source_name_en, article.source_name_ja = "", "", ""
    states = [state_of(article, *which, notes_on_page(article)) for which in (("title", "en"), ("title", "ja"), ("source_name", "en"))]
    assert states == ["missing", "current", ""]


@pytest.mark.parametrize(("gap", "found"), [("outdated", True), ("guide.article:title:en:outdated", True), ("guide.article:title:ja:outdated", False),
                                            ("missing", False), ("guide.section:body:en:missing", False), ("nonsense:x", False)])  # fmt: skip
def test_the_filter_of_translations_leads_to_each_gap(as_editor, article, gap, found):
    save(as_editor, article, title_ja="新しい題名")
    rows = as_editor.get(list_of(Article), {"gap": gap}).context["cl"].queryset
    assert (article in rows) == found


def test_a_missing_text_of_a_part_is_found_on_its_page(article):
    ArticleSection.objects.filter(article=article).update(body_en="")
    assert list(Article.objects.filter(pages_with(Article, "missing", ArticleSection, "body", "en"))) == [article]


def test_the_matrix_counts_the_gap_and_leads_to_it(as_editor, article):
    save(as_editor, article, title_ja="新しい題名")
    assert "gap=guide.article:title:en:outdated" in as_editor.get("/admin/translations/").content.decode()


def test_preview_shows_unsaved_input_in_both_languages_and_saves_nothing(as_editor, article):
    data = posted_form(
        as_editor, url_of(article), title_ja="下書きの題", title_en="Unsaved title", **{"sections-0-heading_en": "Unsaved part"}
    )
    versions = Version.objects.count()
    answer = as_editor.post(url_of(article), {**data, "_preview": "1"})
    frames = {language: html for language, _name, html in answer.context["frames"]} if answer.context else {}
    assert "下書きの題" in frames["ja"].replace("<wbr>", "") and "Unsaved part" in frames["en"]
    assert Article.objects.get(pk=article.pk).title_en == "Article en"
    assert Version.objects.count() == versions
    assert "no-store" in answer.headers["Cache-Control"] and "noindex" in answer.headers["X-Robots-Tag"]


def test_preview_of_a_new_draft_marks_what_is_not_written_yet(as_editor):
    data = posted_form(as_editor, f"{list_of(Article)}add/", slug="new-one", title_ja="新しい記事", topic="manners")
    answer = as_editor.post(f"{list_of(Article)}add/", {**data, "_preview": "1"})
    frames = {language: html for language, _name, html in answer.context["frames"]}
    assert "新しい記事" in frames["ja"].replace("<wbr>", "") and "（未入力）" in frames["en"]
    assert not Article.objects.filter(slug="new-one").exists()


@pytest.mark.parametrize("model", [Person, Interview, Question, Article])
def test_every_kind_of_draft_can_be_previewed_with_what_must_be_live_for_it(model):
    row = model.objects.first()
    model.objects.filter(pk=row.pk).update(published_at=None)
    pages = pages_as_if_live(model.objects.get(pk=row.pk))
    assert row.name_in("en").split()[0] in pages["en"]
    assert model.objects.get(pk=row.pk).published_at is None


def test_reviewer_without_an_account_sees_a_draft_by_its_link_until_it_expires(time_machine, article):
    Article.objects.filter(pk=article.pk).update(published_at=None)
    path = review_link(article).split("8000")[1]
    answer = Client().get(path)
    assert answer.status_code == 200 and "Article en" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"] and "noindex" in answer.headers["X-Robots-Tag"]
    assert Client().get(path.replace("/preview/", "/preview/x")).status_code == 404
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=14, seconds=-60))
    assert Client().get(path).status_code == 200
    time_machine.move_to(start + timedelta(days=14, seconds=60))
    assert Client().get(path).status_code == 404


def test_a_preview_with_a_new_picture_leaves_no_file(as_editor, picture):
    row = Person.objects.exclude(photo="").first()
    before = [set(store.listdir("")[1]) for store in (default_storage, storages["private"])]
    as_editor.post(url_of(row), {**posted_form(as_editor, url_of(row)), "photo": picture, "_preview": "1"})
    as_editor.post(url_of(row), {**posted_form(as_editor, url_of(row)), "photo_x": "11", "_preview": "1"})
    assert [set(store.listdir("")[1]) for store in (default_storage, storages["private"])] == before


def test_the_second_of_two_editors_is_told_who_saved_what(as_editor, article):
    save(as_editor, article)
    mine = posted_form(as_editor, url_of(article), lead_en="My lead")
    other = Client()
    other.force_login(member_named("Hanako"))
    assert save(other, article, title_en="Her title").status_code == 302
    answer = as_editor.post(url_of(article), {**mine, "_save": "1"})
    told = errors_of(answer)["__all__"][0]
    assert "Hanako" in told and "題名" in told
    assert answer.context["adminform"].form["lead_en"].value() == "My lead"
    assert Article.objects.get(pk=article.pk).lead_en == "Lead en"


def member_named(name: str):
    user = member("operator")
    type(user).objects.filter(pk=user.pk).update(username=name, role="editor")
    return type(user).objects.get(pk=user.pk)


def test_a_form_posted_after_the_session_ended_is_shown_again_filled(client, tmg_editor, article):
    client.force_login(tmg_editor)
    data = posted_form(client, url_of(article), title_en="Kept words")
    client.logout()
    answer = client.post(url_of(article), {**data, "_save": "1"})
    assert answer.status_code == 302 and answer.url.startswith("/admin/login/")
    client.post("/accounts/login/", {"login": tmg_editor.username, "password": "a long enough sentence"})
    shown = client.get(url_of(article))
    assert shown.context["adminform"].form["title_en"].value() == "Kept words"
    assert Article.objects.get(pk=article.pk).title_en == "Article en"
    assert client.get(url_of(article)).context["adminform"].form["title_en"].value() == "Article en"


def test_a_page_appears_and_vanishes_by_the_minute(time_machine, as_editor, article, client):
    now = timezone.localtime().replace(second=0, microsecond=0)
    appears, vanishes = now + timedelta(minutes=2), now + timedelta(minutes=5)
    moments = {f"{name}_{place}": text for name, at in (("published_at", appears), ("unpublish_at", vanishes))
               for place, text in enumerate((at.strftime("%Y-%m-%d"), at.strftime("%H:%M")))}  # fmt: skip
    assert save(as_editor, article, title_en="Zebra crossing", **moments).status_code == 302
    seen = {}
    for minutes in (1, 3, 6):
        time_machine.move_to(now + timedelta(minutes=minutes))
        places = (
            article.get_absolute_url().replace("/ja/", "/en/"),
            "/en/guide/",
            "/en/search/?q=zebra+crossing",
            "/sitemap-article-1.xml",
        )
        pages = [client.get(path) for path in places]
        seen[minutes] = [
            pages[0].status_code,
            *((f"/{article.slug}/" in p.content.decode()) for p in pages[1:3]),
            article.slug in pages[3].content.decode(),
        ]
    assert seen == {1: [404, False, False, False], 3: [200, True, True, True], 6: [410, False, False, False]}


def test_a_stored_script_link_or_template_syntax_never_is_code(article, client):
    nasty = '<p onclick="x()">{{ request.path }}<script>alert(1)</script><a href="javascript:alert(1)">x</a></p>'
    section = article.sections.get()
    section.body_en, article.title_en = nasty, "<script>alert(2)</script>{% now 'Y' %}"
    section.save()
    article.save()
    page = client.get(article.get_absolute_url()).content.decode()
    assert "alert(" not in section.body_en and "javascript:" not in page
    assert "<script>alert(2)" not in page and "&lt;script&gt;alert(2)" in page and "{{ request.path }}" in page


def test_a_changed_address_leads_on_and_search_follows(as_editor, article):
    save(as_editor, article, slug="moved-on")
    assert Redirect.objects.filter(new_path__endswith="moved-on/").count() == 2
    assert SearchEntry.objects.filter(url__endswith="moved-on/").count() == 2


def test_an_answer_that_moves_to_another_topic_takes_its_address_along(as_editor, client):
    row = Question.objects.published().select_related("category").first()
    other = type(row.category).objects.exclude(pk=row.category_id).first()
    old = row.get_absolute_url().partition("#")[0]
    assert save(as_editor, row, category=str(other.pk)).status_code == 302
    answer = client.get(old)
    assert (answer.status_code, answer.url) == (301, Question.objects.get(pk=row.pk).get_absolute_url())


def test_a_link_for_a_reviewer_shows_nobody_who_withdrew(client):
    row = factories.person(name_en="Withdrawn Person")
    path = review_link(row).split("8000")[1]
    assert "Withdrawn Person" in "".join(html for _code, _name, html in client.get(path).context["frames"])
    row.consent.withdraw()
    assert "Withdrawn Person" not in "".join(html for _code, _name, html in client.get(path).context["frames"])
