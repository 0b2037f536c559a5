"""Who changed what; versions that come back; rows that were deleted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone, translation
from reversion import create_revision
from reversion.models import Version

from core.history import history_of, restore
from guide.models import Article
from guide.models import Section as ArticleSection
from interviews.models import Person
from tests import factories
from tests.staff import list_of, posted_form, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(as_editor):
    row = factories.article()
    ArticleSection.objects.create(article=row, order=1, **factories.both(heading="Part", body="<p>Body</p>"))
    save(as_editor, row)
    return row


def save(client, row, **changes):
    answer = client.post(url_of(row), {**posted_form(client, url_of(row)), "_save": "1", **changes})
    assert answer.status_code == 302, answer.context["errors"]


def oldest(row) -> Version:
    return Version.objects.get_for_object(row).order_by("pk").first()


def bring_back(client, row, version):
    return client.post(url_of(row, f"history/{version.pk}"))


def test_history_says_who_changed_which_field_in_which_language(as_editor, tmg_editor, article):
    save(as_editor, article, title_en="Second title", **{"sections-0-heading_ja": "新しい見出し"})
    with translation.override("en"):
        newest = history_of(article)[0]
    assert newest["version"].revision.user == tmg_editor
    assert sorted((change.row, change.language) for change in newest["changes"]) == [("guide article", "en"), ("section", "ja")]
    assert "Second title" in as_editor.get(url_of(article, "history")).content.decode()


def test_history_compares_each_version_with_the_one_before_it(as_editor, article):
    save(as_editor, article, title_en="Second")
    save(as_editor, article, title_ja="三番目")
    with translation.override("en"):
        found = [([change.language for change in line["changes"]], line["is_first"]) for line in history_of(article)]
    assert found == [(["ja"], False), (["en"], False), ([], True)]


def test_history_shows_the_50_newest_versions_each_with_its_change(as_editor, article):
    article.refresh_from_db()
    for number in range(50):
        article.title_en = f"Title {number}"
        with create_revision():
            article.save()
    with translation.override("en"):
        found = [([change.label for change in line["changes"]], line["is_first"]) for line in history_of(article)]
    assert found == [(["title"], False)] * 50


def test_history_tells_a_changed_choice_and_a_changed_answer_in_the_words_of_the_form(as_editor):
    row = factories.agency(scope="domestic", is_sample=True)
    for values in ({}, {"scope": "abroad", "is_sample": False}):
        with create_revision():
            vars(row).update(values)
            row.save()
    with translation.override("en"):
        told = {change.label: change.html for change in history_of(row)[0]["changes"]}
    assert told == {"scope filed": "<del>Within Japan only</del><ins>People abroad too</ins>", "sample": "<del>yes</del><ins>no</ins>"}


def test_restore_brings_back_words_and_sections_and_leaves_the_state(as_editor, article):
    first = oldest(article)
    save(
        as_editor, article, title_en="Second", slug="second-address", published_at_0="2026-02-02", order="7", **{"sections-0-DELETE": "on"}
    )
    assert bring_back(as_editor, article, first).status_code == 302
    now = Article.objects.get(pk=article.pk)
    assert (now.title_en, now.slug, now.order, str(timezone.localdate(now.published_at))) == (
        "Article en",
        "second-address",
        7,
        "2026-02-02",
    )
    assert [section.heading_en for section in now.sections.all()] == ["Part en"]


def test_restore_takes_away_sections_that_came_later(as_editor, article):
    first = oldest(article)
    data = {"sections-TOTAL_FORMS": "2", "sections-1-order": "2", "sections-1-article": article.pk, "sections-1-id": ""}
    texts = {f"sections-1-{name}_{code}": "x" for name in ("heading", "body") for code in ("ja", "en")}
    save(as_editor, article, **data, **texts)
    assert article.sections.count() == 2
    bring_back(as_editor, article, first)
    assert [section.heading_en for section in article.sections.all()] == ["Part en"]


def test_restore_of_a_half_done_version_of_a_live_page_is_refused_in_words(as_editor, article):
    Article.objects.filter(pk=article.pk).update(published_at=None)
    save(as_editor, article, title_en="")
    half = Version.objects.get_for_object(article).first()
    save(as_editor, article, title_en="Whole again", published_at_0="2026-02-02", published_at_1="09:00")
    bring_back(as_editor, article, half)
    assert Article.objects.get(pk=article.pk).title_en == "Whole again"


def test_a_version_with_a_section_that_may_not_be_public_brings_nothing_back(as_editor, article):
    Article.objects.filter(pk=article.pk).update(published_at=None)
    save(as_editor, article, **{"sections-0-heading_en": ""})
    half = Version.objects.get_for_object(article).first()
    live = {"published_at_0": "2026-02-02", "published_at_1": "09:00", "title_en": "Live", "sections-0-heading_en": "Whole"}
    save(as_editor, article, **live)
    with pytest.raises(ValidationError):
        restore(Article.objects.get(pk=article.pk), half)
    assert (Article.objects.get(pk=article.pk).title_en, article.sections.get().heading_en) == ("Live", "Whole")


def test_restore_brings_back_a_replaced_picture_with_its_renditions(as_editor, picture):
    row = Person.objects.exclude(photo="").first()
    before, old = row.photo.name, Person.objects.get(pk=row.pk).photo
    save(as_editor, row)
    first = Version.objects.get_for_object(row).first()
    save(as_editor, row, photo=picture)
    row.refresh_from_db()
    assert row.photo.name != before
    old.delete_renditions()
    assert not default_storage.exists(old.rendition(old.widths[0], "avif"))
    bring_back(as_editor, row, first)
    row.refresh_from_db()
    assert row.photo.name == before
    assert default_storage.exists(row.photo.rendition(row.photo.widths[0], "avif"))


def test_the_old_picture_stays_for_pages_that_still_name_it(as_editor, picture):
    row = Person.objects.exclude(photo="").last()
    old = row.photo.rendition(row.photo.widths[0], "webp")
    save(as_editor, row, photo=picture)
    assert default_storage.exists(old)


def test_a_deleted_page_comes_back_as_a_draft_with_its_sections(as_editor, article):
    as_editor.post(url_of(article, "delete"), {"post": "yes"})
    assert not Article.objects.filter(pk=article.pk).exists()
    shown = as_editor.get(f"{list_of(Article)}recover/")
    version = next(version for version in shown.context["deleted"] if version.object_id == str(article.pk))
    assert as_editor.post(f"{list_of(Article)}recover/{version.pk}/").status_code == 302
    now = Article.objects.get(pk=article.pk)
    assert (now.title_en, now.published_at, now.sections.count()) == ("Article en", None, 1)


def test_a_deleted_page_whose_address_is_taken_is_refused_in_words(as_editor, article):
    as_editor.post(url_of(article, "delete"), {"post": "yes"})
    factories.article(slug=article.slug)
    version = Version.objects.get_deleted(Article).get(object_id=str(article.pk))
    answer = as_editor.post(f"{list_of(Article)}recover/{version.pk}/", follow=True)
    assert [message.level_tag for message in answer.context["messages"]][-1] == "error"
    assert not Article.objects.filter(pk=article.pk).exists()


def test_restore_by_get_changes_nothing(as_editor, article):
    assert as_editor.get(url_of(article, f"history/{oldest(article).pk}")).status_code == 405


def test_consents_are_in_no_version():
    assert not Version.objects.filter(content_type__model="consent").exists()


def test_a_new_focal_point_makes_new_files_and_keeps_the_old(as_editor):
    row = Person.objects.exclude(photo="").first()
    old = row.photo.rendition(row.photo.widths[0], "webp")
    save(as_editor, row, photo_x="20")
    row.refresh_from_db()
    new = row.photo.rendition(row.photo.widths[0], "webp")
    assert new != old and default_storage.exists(new) and default_storage.exists(old)


def test_pictures_that_no_page_names_go_after_thirty_days(as_editor, picture, time_machine, files_come_back):
    row = Person.objects.exclude(photo="").first()
    old = row.photo.rendition(row.photo.widths[0], "webp")
    save(as_editor, row, photo=picture)
    call_command("purge_pictures")
    assert default_storage.exists(old)
    time_machine.move_to(timezone.now() + timedelta(days=31))
    call_command("purge_pictures", "--dry-run")
    assert default_storage.exists(old)
    call_command("purge_pictures")
    row.refresh_from_db()
    assert not default_storage.exists(old) and default_storage.exists(row.photo.rendition(row.photo.widths[0], "webp"))
