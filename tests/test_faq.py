from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from faq.models import Category, Figure, Question
from tests import factories

pytestmark = pytest.mark.django_db


def test_twenty_topics_in_two_groups_with_at_least_six_questions(client, language):
    topics = client.get(f"/{language}/faq/").context["object_list"]
    assert len(topics) == 20
    assert [topic.slug for topic in topics if topic.live_questions < 6] == []
    assert {topic.group for topic in topics} == {"working", "living"}


def test_visitor_opens_one_answer_by_its_address(client):
    row = Question.objects.published().first()
    page = client.get(f"/en/faq/{row.category.slug}/?open={row.slug}").content.decode()
    assert f'id="{row.slug}" open' in page and page.count(" open>") == 1


def test_an_answer_names_its_source_and_its_day(client):
    row = factories.question()
    page = client.get(f"/en/faq/{row.category.slug}/").content.decode()
    assert 'href="https://www.mhlw.go.jp/"' in page
    assert 'checked on <time datetime="2026-11-22">22 November 2026</time>' in page


def test_advice_says_that_it_is_advice(client, language):
    row = factories.question(is_advice=True, source_url="")
    page = client.get(f"/{language}/faq/{row.category.slug}/").content.decode()
    assert {"ja": "相談デスクからの助言", "en": "Advice of the desk"}[language] in page


def test_an_overdue_answer_says_so(client, language):
    row = factories.question(check_by=timezone.localdate() - timedelta(1))
    fresh = factories.question(check_by=timezone.localdate())
    words = {"ja": "確認の期限を過ぎています", "en": "due to be checked again"}[language]
    assert [words in client.get(f"/{language}/faq/{q.category.slug}/").content.decode() for q in (row, fresh)] == [True, False]


def test_a_chart_is_a_picture_with_its_data_as_a_table(client):
    row = factories.question()
    texts = {"caption_ja": "図", "caption_en": "Pay", "unit_ja": "円", "unit_en": "yen"}
    Figure.objects.create(
        question=row, kind="bars", rows_ja="東京 | 368500\n全国 | 292000", rows_en="Tokyo | 368500\nJapan | 292000", **texts
    )
    page = client.get(f"/en/faq/{row.category.slug}/").content.decode()
    assert 'role="img"' in page and '<th scope="row">Tokyo</th><td>368,500</td>' in page


@pytest.mark.parametrize("rows", ["Tokyo", "Tokyo | many", "Tokyo | 1 | 2"])
def test_editor_is_told_which_line_of_a_chart_is_wrong(rows):
    figure = Figure(question=factories.question(), kind="bars", caption="x", rows_ja="東京 | 1", rows_en=rows)
    with pytest.raises(ValidationError) as refused:
        figure.clean()
    assert list(refused.value.message_dict) == ["rows_en"]


def test_a_question_of_a_hidden_topic_is_hidden():
    row = factories.question()
    Category.objects.filter(pk=row.category.pk).update(published_at=None)
    assert not Question.objects.published().filter(pk=row.pk).exists()


def test_more_questions_do_not_cost_more_queries(client, django_assert_max_num_queries):
    topic = factories.category()
    for count in (1, 3):
        while topic.questions.count() < count:
            factories.question(category=topic, see_also="step/find-a-job article/pay-slip")
        with django_assert_max_num_queries(6):
            client.get(f"/en/faq/{topic.slug}/")
