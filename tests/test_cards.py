"""Cards are rendered once for what they show: a change shows at once, the same card is the same text."""

from datetime import UTC, date, datetime

import pytest

from faq.models import Figure, Question
from guide.models import Article
from interviews.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_changed_quote_is_on_the_wall_at_once(client):
    assert "Nobody ever said this." not in client.get("/en/people/").content.decode()
    Person.objects.filter(order=1).update(quote_en="Nobody ever said this.")
    assert "Nobody ever said this." in client.get("/en/people/").content.decode()


def test_a_card_keeps_to_its_language(client):
    row = Person.objects.published().first()
    for language in ("ja", "en", "ja"):
        assert getattr(row, f"occupation_{language}") in client.get(f"/{language}/people/").content.decode().replace("<wbr>", "")


def test_a_withdrawn_interview_takes_its_tag_from_the_card(client):
    row = Person.objects.published().filter(interview__clip__isnull=False).first()
    before = client.get("/en/people/").content.decode().count("tag--ginkgo")
    row.interview.published_at = None
    row.interview.save()
    assert client.get("/en/people/").content.decode().count("tag--ginkgo") == before - 1


def test_a_bulk_change_counts_as_a_change_of_each_row():
    row = Person.objects.get(order=1)
    before = row.updated_at
    Person.objects.filter(pk=row.pk).update(home_order=99)
    row.refresh_from_db()
    assert row.updated_at > before
    row.home_order = 1
    Person.objects.bulk_update([row], ["home_order"])
    assert Person.objects.get(pk=row.pk).updated_at > row.updated_at


def test_a_changed_picture_of_an_answer_shows_at_once(client):
    figure = Figure.objects.filter(question__category__slug="salary").first()
    assert client.get("/en/faq/salary/").content.decode().count("A caption nobody wrote") == 0
    Figure.objects.filter(pk=figure.pk).update(caption_en="A caption nobody wrote")
    assert client.get("/en/faq/salary/").content.decode().count("A caption nobody wrote") == 1


def test_a_renamed_page_has_its_new_name_in_the_answers_that_lead_there(client):
    row = factories.article(title_en="The first name")
    Question.objects.filter(slug="gross-and-net").update(see_also=row.reference)
    assert client.get("/en/faq/salary/").content.decode().count("The first name") == 1
    Article.objects.filter(pk=row.pk).update(title_en="The second name")
    page = client.get("/en/faq/salary/").content.decode()
    assert (page.count("The first name"), page.count("The second name")) == (0, 1)


def test_an_answer_that_is_due_to_be_checked_says_so_from_that_day_on(client, time_machine):
    Question.objects.filter(category__slug="salary").update(check_by=date(2027, 11, 22))
    due = "This was due to be checked again."
    time_machine.move_to(datetime(2027, 11, 22, 12, tzinfo=UTC))
    assert client.get("/en/faq/salary/").content.decode().count(due) == 0
    time_machine.move_to(datetime(2027, 11, 23, 12, tzinfo=UTC))
    assert client.get("/en/faq/salary/").content.decode().count(due) == Question.objects.filter(category__slug="salary").count()
