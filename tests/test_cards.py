"""Cards are rendered once for what they show: a change shows at once, the same card is the same text."""

import pytest

from interviews.models import Person

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
