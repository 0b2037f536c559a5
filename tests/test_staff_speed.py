"""Lists and forms of the admin ask the database as often with many rows as with few."""

import pytest
from django.test.utils import CaptureQueriesContext

from core.links import content_models
from guide.models import Article
from guide.models import Section as ArticleSection
from interviews.models import Interview, Person
from interviews.models import Section as InterviewSection
from tests import factories
from tests.staff import list_of, url_of

pytestmark = pytest.mark.django_db
LIST, FORM = 12, 25


def asked(client, url) -> int:
    from django.db import connection

    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_lists_and_forms_stay_within_their_queries(as_editor, model):
    row = model.objects.order_by("pk").first()
    assert asked(as_editor, list_of(model)) <= LIST
    assert asked(as_editor, url_of(row)) <= FORM


@pytest.mark.parametrize("path", ["/admin/interviews/consent/", "/admin/interviews/homeperson/", "/admin/core/proposal/"])
def test_our_other_lists_stay_within_their_queries(as_editor, path):
    assert asked(as_editor, path) <= LIST


def test_a_list_of_three_costs_no_more_than_of_one(as_editor):
    Article.objects.all().delete()
    factories.article()
    one = asked(as_editor, list_of(Article))
    factories.article(), factories.article()
    assert asked(as_editor, list_of(Article)) == one


@pytest.mark.parametrize("model", [Article, Interview])
def test_a_form_of_three_sections_costs_no_more_than_of_one(as_editor, model):
    row = factories.article() if model is Article else factories.interview()
    section, link = (ArticleSection, "article") if model is Article else (InterviewSection, "interview")
    section.objects.filter(**{link: row}).delete()
    costs = []
    for number in range(1, 4):
        section.objects.create(**{link: row}, order=number, **factories.both(heading="Part", body="<p>x</p>"))
        costs.append(asked(as_editor, url_of(row)))
    assert len(set(costs)) == 1 and costs[0] <= FORM


def test_a_history_of_three_versions_costs_no_more_than_of_one(as_editor):
    row = Person.objects.first()
    costs = []
    for _number in range(3):
        from tests.staff import posted_form

        as_editor.post(url_of(row), {**posted_form(as_editor, url_of(row)), "_save": "1"})
        costs.append(asked(as_editor, url_of(row, "history")))
    assert costs[1] == costs[2]
