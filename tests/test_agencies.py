from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", ["13-ユ-123456", "１３－ユ－１２３４５６", "13‐ﾕ‐123456", " 13ーユー123456 "])
def test_operator_may_write_a_licence_number_in_any_width(written):
    row = factories.agency()
    row.licence_number = written
    row.full_clean()
    assert row.licence_number == "13-ユ-123456"


@pytest.mark.parametrize("written", ["48-ユ-123456", "00-ユ-123456", "13-ム-123456", "13-ユ-12345", "派13-123456", "13-ユ-1234567"])
def test_operator_is_told_the_form_of_a_wrong_licence_number(written):
    row = factories.agency()
    row.licence_number = written
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict["licence_number"] == ["Write the number like 13-ユ-123456."]


def test_the_database_refuses_a_wrong_or_second_licence_number():
    row = factories.agency()
    for number in ("48-ユ-123456", Agency.objects.exclude(pk=row.pk).first().licence_number):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agency.objects.filter(pk=row.pk).update(licence_number=number)


def test_a_lapsed_licence_vanishes_on_its_day_from_every_public_page(client, time_machine):
    today = timezone.localdate()
    row = factories.agency(licence_valid_until=today)
    pages = ["/en/agencies/", "/sitemap-agency-1.xml", "/en/search/?q=Agency", "/en/sitemap/"]
    seen = [row.slug in client.get(page).content.decode() for page in pages]
    assert seen == [True] * 4
    time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
    assert [row.slug in client.get(page).content.decode() for page in pages] == [False] * 4
    assert client.get(f"/en/agencies/{row.slug}/").status_code == 410


def test_the_order_changes_daily_and_is_the_same_for_everybody():
    days = [date(2026, 11, 23) + timedelta(n) for n in range(30)]
    firsts = [Agency.objects.published().in_turn(day)[0].pk for day in days]
    assert len(set(firsts)) > 5
    assert [a.pk for a in Agency.objects.published().in_turn(days[0])] == [a.pk for a in Agency.objects.published().in_turn(days[0])]


def test_visitor_finds_agencies_by_language_and_country(client):
    response = client.get("/en/agencies/?language=vi&country=VN")
    found = {agency.slug for agency in response.context["page"]}
    live = Agency.objects.published()
    assert found == {a.slug for a in live if "vi" in a.languages and "VN" in [c.code for c in a.countries]}


def test_a_licence_within_japan_only_says_so(client, language):
    row = factories.agency(scope="domestic", countries=[])
    words = {"ja": "国内のみ", "en": "within Japan only"}[language]
    assert words in client.get(f"/{language}/agencies/{row.slug}/").content.decode()


def test_a_sample_licence_is_marked_and_leads_to_no_register(client, language):
    sample, real = factories.agency(), factories.agency(is_sample=False)
    register = "https://jinzai.hellowork.mhlw.go.jp/"
    assert register not in client.get(f"/{language}/agencies/{sample.slug}/").content.decode()
    assert {"ja": "見本", "en": "Sample"}[language] in client.get(f"/{language}/agencies/{sample.slug}/").content.decode()
    assert register in client.get(f"/{language}/agencies/{real.slug}/").content.decode()


def test_a_verification_of_more_than_ninety_days_ago_gives_no_badge():
    today = timezone.localdate()
    assert [factories.agency(verified_on=today - timedelta(days)).is_verified for days in (0, 90, 91)] == [True, True, False]


def test_a_licence_for_people_abroad_names_its_countries():
    row = factories.agency(scope="abroad", countries=[])
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["countries"]
