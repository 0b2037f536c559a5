"""Words side by side: what differs, what is the same, which text waits for its translation."""

import pytest
from django.utils import translation

from core.admin import gap_condition
from core.history import conflict_text, latest_version
from core.models import content_changed
from core.text import mark_japanese, normalise
from core.translation_state import difference, notes_on_page, remember, same_words, state_of
from guide.models import Article
from guide.models import Section as ArticleSection
from interviews.models import Interview
from tests import factories
from tests.test_history import save

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Two cats", "Two dogs", "Two <del>cats</del><ins>dogs</ins>"),
        ("", "New", "<ins>New</ins>"),
        ("Old", "", "<del>Old</del>"),
        (None, "New", "<ins>New</ins>"),
        ("Same", "Same", "Same"),
        ("資格が必要です", "許可が必要です", "<del>資格</del><ins>許可</ins>が必要です"),
        ("<p>One</p><p>two</p>", "<p>One</p><p>three</p>", "One <del>two</del><ins>three</ins>"),
        ("Café au lait", "Café noir", "Café <del>au lait</del><ins>noir</ins>"),
        ("don't go", "don't stay", "don&#x27;t <del>go</del><ins>stay</ins>"),
        ("10,000 yen", "12,000 yen", "<del>10</del><ins>12</ins>,000 yen"),
    ],
)
def test_staff_see_what_went_and_what_came_word_by_word(old, new, shown):
    assert difference(old, new) == shown


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("<p>Pay</p>", "<p><strong>Pay</strong></p>", True),
        ("<p>Pay</p>", "<p>Pay more</p>", False),
        ('<a href="/en/a/">Pay</a>', '<a href="/en/b/">Pay</a>', False),
        ('<a href="/en/a/">Pay</a>', "Pay", False),
        (None, "", True),
        ("", None, True),
        (None, "Pay", False),
    ],
)
def test_a_new_wording_or_another_address_outdates_a_translation_and_bold_does_not(old, new, same):
    assert same_words(old, new) == same


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ァヶヷ", "ぁゖヷ"),
        ("é ñ ü à͢", "e n u a"),
        ("ıİ", "ii"),
        ("２０２６年", "2026年"),
        ("ｱｲｳﾊﾟ", "あいうぱ"),
        ("が", "が"),
        ("ー・", "ー・"),
    ],
)
def test_letters_are_compared_without_case_width_accent_and_kind_of_kana(written, form):
    assert normalise(written) == form


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("東京、日本 is", '<span lang="ja">東京、日本</span> is'),
        ("人々", '<span lang="ja">人々</span>'),
        ("〇", '<span lang="ja">〇</span>'),
        ("ｱﾝ", '<span lang="ja">ｱﾝ</span>'),
        ("a 東京・大阪 b", 'a <span lang="ja">東京・大阪</span> b'),
        ("、東", '、<span lang="ja">東</span>'),
        ('<a title="東">東</a>', '<a title="東"><span lang="ja">東</span></a>'),
        ("Tokyo", "Tokyo"),
    ],
)
def test_a_screen_reader_is_told_where_japanese_begins_and_ends(written, marked):
    assert mark_japanese(written) == marked


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("guide.article:title:en:outdated", 1),
        ("guide.article:title:ja:outdated", 0),
        ("guide.article:lead:en:outdated", 0),
        ("guide.section:heading:en:missing", 1),
        ("guide.section:heading:ja:missing", 0),
        ("guide.article:nothing:en:outdated", 0),
        ("guide.article:nothing:en:missing", 0),
        ("guide.article:title:fr:outdated", 0),
        ("guide.article:title:fr:missing", 0),
        ("guide.article:title:en:current", 0),
        ("guide.article:title:en", 0),
        ("desk.case:name:en:missing", 0),
        ("", 0),
    ],
)
def test_a_gap_leads_to_its_pages_and_one_that_does_not_exist_to_none(value, found):
    article = factories.article(published_at=None)
    ArticleSection.objects.create(article=article, order=1, heading_ja="見出し", body_ja="<p>本文</p>")
    article.title_ja, before = "新しい題", {"title_ja": article.title_ja, "title_en": article.title_en}
    remember(article, article, before)
    assert Article.objects.filter(gap_condition(Article, value), pk=article.pk).count() == found


@pytest.mark.parametrize(
    ("ja", "en", "states"),
    [
        ("題", "Title", ["current", "current"]),
        ("題", "", ["current", "missing"]),
        ("", "Title", ["missing", "current"]),
        ("", "", ["missing", "missing"]),
    ],
)
def test_a_needed_text_is_missing_until_it_is_written(ja, en, states):
    article = factories.article(published_at=None, title_ja=ja, title_en=en)
    assert [state_of(article, "title", language, {}) for language in ("ja", "en")] == states


def test_a_text_that_may_be_empty_is_missing_only_beside_its_translation():
    article = factories.article(published_at=None, source_name_ja="", source_name_en="")
    assert [state_of(article, "source_name", language, {}) for language in ("ja", "en")] == ["", ""]
    article.source_name_ja = "省"
    assert [state_of(article, "source_name", language, {}) for language in ("ja", "en")] == ["current", "missing"]


def test_nothing_is_outdated_on_a_page_that_is_not_saved_yet():
    assert [notes_on_page(None), notes_on_page(Article())] == [{}, {}]


def test_editor_is_told_of_a_colleague_only_when_one_saved_meanwhile(as_editor):
    article = factories.article()
    assert [conflict_text(article, seen) for seen in (None, "", "0", "x")] == [""] * 4
    save(as_editor, article)
    seen = latest_version(article)
    assert [conflict_text(article, None), conflict_text(article, seen)] == ["", ""]
    save(as_editor, article, title_en="Hers")
    with translation.override("en"):
        told = {each: conflict_text(article, each).partition("Changed: ")[2].partition(". Your")[0] for each in (seen, "0", "x")}
    assert told == {seen: "title", "0": "–", "x": "–"}


@pytest.mark.parametrize(("count", "is_told"), [(500, True), (501, False)])
def test_who_listens_learns_of_up_to_500_changed_rows_one_by_one(count, is_told):
    heard = []
    content_changed.connect(hear := lambda sender, keys, fields, **_rest: heard.append((keys, fields)), sender=Interview)
    try:
        Interview.objects.all()._tell(None, list(range(count)), ["title_ja"])
    finally:
        content_changed.disconnect(hear, sender=Interview)
    assert heard == [(list(range(count)) if is_told else None, frozenset({"title_ja"}))]
