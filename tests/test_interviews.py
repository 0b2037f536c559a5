from datetime import timedelta

import pytest
from django.utils import timezone

from interviews.models import LIKENESS, Consent, Interview, Person
from interviews.views import size_of
from tests import factories

pytestmark = pytest.mark.django_db


def wall(client, query="", language="en"):
    return client.get(f"/{language}/people/{query}").context["facets"]


def shown(client, query=""):
    return list(client.get(f"/en/people/{query}").context["page"])


def test_visitor_sees_the_wall_of_one_hundred_people(client, language):
    response = client.get(f"/{language}/people/")
    page = response.content.decode()
    assert [len(response.context["facets"].results), page.count('<article class="person-card"')] == [100, 100]


def test_visitor_filters_people_like_themselves_and_sees_counts_given_the_other_filters(client):
    everybody = shown(client)
    chosen = wall(client, "?from=VN&road=abroad")
    expected = [p.slug for p in everybody if p.origin.code == "VN" and p.route == "abroad"]
    assert [p.slug for p in shown(client, "?from=VN&road=abroad")] == expected
    roads = {o.value: o.count for o in next(f for f in chosen.fields() if f.facet.param == "road").options}
    assert roads == {road: sum(p.origin.code == "VN" and p.route == road for p in everybody) for road in roads}


def test_visitor_cannot_choose_a_value_that_would_show_nobody(client):
    fields = wall(client, "?from=VN").fields()
    empty = [option for field in fields for option in field.options if option.is_empty]
    assert empty
    page = client.get("/en/people/?from=VN").content.decode()
    for option in empty:
        if option.value != "1":
            assert f'value="{option.value}" disabled' in page


def test_visitor_sees_what_to_do_when_nobody_matches(client, language):
    page = client.get(f"/{language}/people/?from=VN&work=hotel&level=n1&size=300").content.decode()
    assert 'class="empty"' in page
    assert f'href="/{language}/people/"' in page


@pytest.mark.parametrize("query", ["?from=XX", "?from=vn", "?work=magic", "?video=2", "?size=-1"])
def test_visitor_with_an_unknown_filter_value_gets_a_calm_404(client, query, language):
    response = client.get(f"/{language}/people/{query}")
    assert response.status_code == 404
    assert f'lang="{language}"' in response.content.decode()


def test_language_switch_keeps_the_known_filters_only(client):
    page = client.get("/en/people/?from=VN&utm_source=x").content.decode()
    assert 'href="/ja/people/?from=VN"' in page


def test_person_without_a_valid_consent_is_on_no_page(client):
    today = timezone.localdate()
    rows = [factories.person() for _ in range(3)]
    Consent.objects.filter(person=rows[0]).update(withdrawn_at=timezone.now())
    Consent.objects.filter(person=rows[1]).update(expires_on=today - timedelta(1))
    Consent.objects.filter(person=rows[2]).delete()
    assert not Person.objects.published().filter(pk__in=[row.pk for row in rows]).exists()
    assert [client.get(f"/en/people/{row.slug}/").status_code for row in rows] == [410, 410, 410]


def test_interview_needs_a_consent_that_covers_it(client):
    row = factories.interview()
    assert client.get(f"/en/people/{row.slug}/interview/").status_code == 200
    Consent.objects.filter(person=row.person).update(scope="quote")
    assert client.get(f"/en/people/{row.slug}/interview/").status_code == 410
    assert not Interview.objects.published().filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("staff", "band"),
    [(1, "1-19"), (19, "1-19"), (20, "20-99"), (99, "20-99"), (100, "100-299"), (299, "100-299"), (300, "300"), (90_000, "300")],
)
def test_a_company_is_in_one_band_of_sizes(staff, band):
    assert size_of(staff) == [band]


def test_three_people_like_this_one_are_shown():
    row = Person.objects.get(order=3)
    alike = row.like()
    assert len({person.pk for person in alike} - {row.pk}) == 3
    assert [person.points for person in alike] == sorted((person.points for person in alike), reverse=True)
    assert alike[0].points == max(
        sum(weight for field, weight in LIKENESS.items() if getattr(row, field) == getattr(other, field))
        for other in Person.objects.published().exclude(pk=row.pk)
    )


def test_more_people_do_not_cost_more_queries(client, django_assert_max_num_queries):
    factories.interview()
    with django_assert_max_num_queries(8):
        client.get("/en/people/")
    for _ in range(3):
        factories.interview()
    with django_assert_max_num_queries(8):
        client.get("/en/people/")


def test_interview_with_video_offers_two_encodings_and_two_captions(client, language):
    row = Interview.objects.with_video().first()
    page = client.get(f"/{language}/people/{row.person.slug}/interview/").content.decode()
    assert page.count("<source") >= 2 and page.index("av01") < page.index("avc1")
    assert 'preload="none"' in page and "autoplay" not in page
    assert page.count("<track") == 2
    assert f'srclang="{language}"' in page.split("<track")[1]
