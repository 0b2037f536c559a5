from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from core import text
from core.links import attach_links, content_models, existing_references, links_to
from core.taxonomy import labelled
from faq.models import Question
from guide.models import Article
from tests import factories

pytestmark = pytest.mark.django_db


def test_published_rows_are_those_between_their_two_moments():
    now = timezone.now()
    rows = {
        "draft": factories.article(published_at=None),
        "scheduled": factories.article(published_at=now + timedelta(minutes=1)),
        "live": factories.article(),
        "over": factories.article(unpublish_at=now - timedelta(seconds=1)),
    }
    made = Article.objects.filter(pk__in=[row.pk for row in rows.values()])
    assert list(made.published(now)) == [rows["live"]]
    assert list(made.published(now + timedelta(minutes=2)).order_by("pk")) == [rows["scheduled"], rows["live"]]


def test_publishing_without_english_is_refused_on_the_english_field():
    row = factories.article(published_at=None, title_en="")
    with translation.override("ja"):
        row.full_clean()
        row.published_at = timezone.now()
        with pytest.raises(ValidationError) as refused:
            row.full_clean()
    assert list(refused.value.message_dict) == ["title_en"]


def test_the_database_refuses_a_published_row_in_one_language():
    row = factories.article()
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=row.pk).update(title_en=None)


def test_publishing_an_answer_without_a_day_of_checking_is_refused():
    row = factories.question(checked_on=None)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["checked_on"]


def test_see_also_refuses_what_does_not_exist():
    row = factories.article()
    row.see_also = f"article/{row.slug} article/nothing-here unknown/kind"
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict["see_also"] == ["Nothing has this address: article/nothing-here, unknown/kind"]


def test_a_section_is_called_by_its_heading_and_a_page_without_a_name_by_its_address():
    article = factories.article(published_at=None, title_ja="", title_en="")
    section, bare = article.sections.create(order=1, heading_en="Part", heading_ja="部"), article.sections.create(order=2)
    with translation.override("en"):
        assert [str(section), str(bare), str(article)] == ["Part", "", article.slug]


def test_links_of_several_rows_cost_one_query(django_assert_num_queries):
    target, hidden = factories.article(), factories.article(published_at=None)
    asked = factories.question()
    rows = [factories.article(see_also=f"article/{target.slug} article/{hidden.slug} question/{asked.slug}") for _ in range(3)]
    with django_assert_num_queries(1):
        attach_links(rows)
    assert [[link.reference for link in row.related] for row in rows] == [[target.reference, asked.reference]] * 3


def test_a_link_leads_to_the_page_of_its_row():
    asked = factories.question()
    with translation.override("ja"):
        link = links_to(asked.reference)[asked.reference]
        assert link.url == asked.get_absolute_url() == f"/ja/faq/{asked.category.slug}/?open={asked.slug}#{asked.slug}"
        assert link.heading == "May I ja"


def test_existing_references_know_drafts_too():
    draft = factories.article(published_at=None)
    assert existing_references(f"{draft.reference} step/none") == {draft.reference}


def test_every_content_meta_keeps_the_order_and_the_constraint():
    for model in content_models():
        names = [constraint.name for constraint in model._meta.constraints]
        assert f"{model._meta.app_label}_{model._meta.model_name}_published_in_ja_and_en" in names, model


def test_codes_are_kept_exactly_and_found_exactly():
    row = factories.agency(languages=["id", "zh-hant"])
    row.refresh_from_db()
    assert row.languages == ["id", "zh-hant"]
    made = type(row).objects.filter(pk=row.pk)
    assert [made.speaking(code).count() for code in ("id", "zh-hant", "zh", "hant", "en")] == [1, 1, 0, 0, 0]
    with translation.override("en"):
        assert [str(label) for label in labelled(row, "languages")] == ["Chinese (traditional)", "Indonesian"]


def test_a_dangerous_text_is_cleaned_on_every_save():
    row = factories.question(body_ja='<p>はい<script>alert(1)</script><a href="javascript:alert(1)">x</a></p>')
    row.refresh_from_db()
    assert row.body_ja == "<p>はい<a>x</a></p>"
    Question.objects.get(pk=row.pk).save()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<p><strong>a</strong><em>b</em></p>", None),
        ("<ul><li><p>a</p></li></ul>", None),
        ("<ol><li><p>a</p></li></ol>", None),
        ("<blockquote><p>a</p></blockquote>", None),
        ("<h3>a</h3>", None),
        ("<h2>a</h2><h4>b</h4>", "ab"),
        ('<table><tbody><tr><th><p>a</p></th><td colspan="2"><p>b</p></td></tr></tbody></table>', None),
        ('<p><span lang="vi">Xin</span></p>', None),
        ("<p><ruby>名刺<rt>めいし</rt></ruby></p>", None),
        (
            '<p><a href="https://a.example/">a</a><a href="mailto:a@b.example">b</a><a href="tel:+813">c</a><a href="/en/faq/">d</a></p>',
            None,
        ),
        ('<p><a href="https://a.example/" target="_blank">a</a></p>', '<p><a href="https://a.example/">a</a></p>'),
        ('<p><a href="http://a.example/">a</a><a href="data:x">b</a></p>', "<p><a>a</a><a>b</a></p>"),
        ('<p class="x" style="y" onclick="z">a<u>b</u></p><hr><img src="/a.png">', "<p>ab</p>"),
    ],
)
def test_a_rich_text_keeps_what_the_editor_offers_and_nothing_else(written, kept):
    row = factories.article(published_at=None)
    section = row.sections.create(order=1, heading_en="a", body_en=written)
    section.refresh_from_db()
    assert section.body_en == (kept or written)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{住民税|じゅうみんぜい}", "<ruby>住民税<rp>（</rp><rt>じゅうみんぜい</rt><rp>）</rp></ruby>"),
        ("no reading", "no reading"),
        ("{half|}", "{half|}"),
    ],
)
def test_readings_become_ruby(written, shown):
    assert text.ruby(written) == shown


def test_japanese_words_on_an_english_page_are_marked_but_tags_are_not():
    html = '<p title="名刺">Say 名刺 and お疲れさま。</p>'
    assert text.mark_japanese(html) == '<p title="名刺">Say <span lang="ja">名刺</span> and <span lang="ja">お疲れさま</span>。</p>'


def test_phrases_break_between_words_and_escape_each():
    assert text.phrases("東京で働く<b>") == "東京で<wbr>働く<wbr>&lt;b&gt;"
    assert text.phrases("Tokyo & you") == "Tokyo &amp; you"


@pytest.mark.parametrize(("a", "b"), [("ビザ", "びざ"), ("ﾋﾞｻﾞ", "ビザ"), ("Nguyễn", "nguyen"), ("ＶＩＳＡ", "visa"), ("Đặng", "dang")])
def test_words_that_mean_the_same_have_one_form(a, b):
    assert text.normalise(a) == text.normalise(b)


def test_a_plain_text_has_neither_tags_nor_readings():
    assert text.plain("<p>{名刺|めいし}を</p><p>渡す</p>") == "名刺を 渡す"


def test_links_to_pages_of_every_kind_at_once_carry_their_own_names_and_addresses():
    rows = [model.objects.published().first() for model in content_models()]
    links = links_to(" ".join(row.reference for row in rows))
    for language in ("ja", "en"):
        with translation.override(language):
            found = {reference: (link.kind, link.slug, link.heading, link.url) for reference, link in links.items()}
            assert found == {row.reference: (row._meta.model_name, row.slug, row.heading, row.get_absolute_url()) for row in rows}


def test_a_screen_reader_learns_what_the_headings_of_a_table_are_for():
    rows = "<tr><th>Kind</th><th>Pay</th></tr><tr><th>Day</th><td>1</td></tr>"
    read = '<tr><th scope="col">Kind</th><th scope="col">Pay</th></tr><tr><th scope="row">Day</th><td>1</td></tr>'
    assert read in text.shown(f"<table><tbody>{rows}</tbody></table>", "en")


def test_a_text_is_made_ready_once_and_kept():
    assert text.shown("<p>only once</p>", "en") is text.shown("<p>only once</p>", "en")
