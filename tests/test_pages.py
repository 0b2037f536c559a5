from datetime import timedelta

import pytest
from django.contrib.redirects.models import Redirect
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.admin import remember_addresses
from desk.models import Office
from faq.models import Question
from guide.models import Article
from interviews.consents import Consent
from interviews.models import Interview, Person
from pages.views import figures
from tests import factories

pytestmark = pytest.mark.django_db


def test_home_counts_what_the_database_holds():
    assert figures() == {"people": 100, "interviews": 30, "videos": 10}


def test_home_counts_nobody_who_may_not_be_shown():
    first, second, third, fourth = Person.objects.filter(interview__clip__isnull=False)[:4]
    Consent.objects.filter(person=first).update(scope="quote")
    assert figures() == {"people": 100, "interviews": 29, "videos": 9}
    Consent.objects.filter(person=second).update(withdrawn_at=timezone.now())
    assert figures() == {"people": 99, "interviews": 28, "videos": 8}
    Interview.objects.filter(person=third).update(published_at=None)
    assert figures() == {"people": 99, "interviews": 27, "videos": 7}
    Person.objects.filter(pk=fourth.pk).update(published_at=None)
    assert figures() == {"people": 98, "interviews": 26, "videos": 6}


def test_home_shows_the_interviews_that_staff_chose_in_their_order(client):
    Interview.objects.update(home_order=None)
    chosen = list(Interview.objects.published()[:3])
    for place, row in enumerate(reversed(chosen)):
        Interview.objects.filter(pk=row.pk).update(home_order=place)
    assert client.get("/en/").context["featured"] == list(reversed(chosen))


def test_notices_stand_on_top_for_as_long_as_they_are_scheduled(client, language):
    now = timezone.now()
    shown = factories.notice(title_ja="今日から", title_en="From today")
    factories.notice(title_ja="まだ", title_en="Not yet", published_at=now + timedelta(1))
    factories.notice(title_ja="もう", title_en="No longer", unpublish_at=now - timedelta(1))
    page = client.get(f"/{language}/").content.decode()
    assert [words in page for words in (getattr(shown, f"title_{language}"), "Not yet", "まだ", "No longer")] == [True, False, False, False]


def test_a_scheduled_page_appears_and_vanishes_by_the_minute(client, time_machine):
    now = timezone.now()
    row = factories.article(title_en="Kakapo news", published_at=now + timedelta(minutes=1), unpublish_at=now + timedelta(minutes=2))
    places = ["/en/guide/", "/en/search/?q=kakapo", "/sitemap-article-1.xml", "/en/sitemap/"]
    seen = []
    for minutes in (0, 1, 2):
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        seen.append([row.slug in client.get(place).content.decode() for place in places])
    assert seen == [[False] * 4, [True] * 4, [False] * 4]
    assert client.get(f"/en/guide/{row.slug}/").status_code == 410


@pytest.mark.parametrize("slug", ["aaa", "zzz"])
def test_an_old_address_leads_to_the_new_one_for_ever(client, language, slug):
    row = factories.article()
    before = Article.objects.get(pk=row.pk)
    row.slug = slug
    row.save()
    remember_addresses(before, row)
    response = client.get(f"/{language}/guide/{before.slug}/")
    assert [response.status_code, response.headers["Location"]] == [301, f"/{language}/guide/{slug}/"]


def test_a_page_that_keeps_its_address_leads_nowhere(client):
    row = factories.article()
    remember_addresses(row, row)
    assert not Redirect.objects.exists() and client.get(row.get_absolute_url()).status_code == 200


def test_a_slug_that_comes_back_does_not_lead_in_a_circle():
    row = factories.article()
    first, second = Article.objects.get(pk=row.pk), Article.objects.get(pk=row.pk)
    second.slug = "second-name"
    remember_addresses(first, second)
    remember_addresses(second, first)
    assert not Redirect.objects.filter(old_path__endswith=f"/{first.slug}/").exists()


def test_the_sitemap_for_machines_holds_alternates_of_every_page(client):
    assert "<loc>http://127.0.0.1:8000/sitemap-person-1.xml</loc>" in client.get("/sitemap.xml").content.decode()
    page = client.get("/sitemap-person-1.xml").content.decode()
    row = Person.objects.published().first()
    for language in ("ja", "en"):
        assert f"<loc>http://127.0.0.1:8000/{language}/people/{row.slug}/</loc>" in page
    assert page.count('hreflang="x-default"') == page.count("<loc>")


def test_the_feed_holds_the_newest_interviews_answers_and_events(client, language):
    row = factories.question(title_ja="新しい質問", title_en="A new question")
    page = client.get(f"/{language}/feed.xml").content.decode()
    assert getattr(row, f"title_{language}") in page
    assert page.count("<entry>") == 30


def test_robots_are_asked_to_stay_away_from_the_demonstration_only(client, settings):
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()
    assert client.get("/en/").headers["X-Robots-Tag"] == "noindex, nofollow"
    settings.DEMO = False
    assert "Disallow: /\n" not in client.get("/robots.txt").content.decode()
    assert "X-Robots-Tag" not in client.get("/en/").headers


def test_the_demonstration_says_so_on_every_page(client, settings, language):
    words = {"ja": ["見本サイト", "架空", "2016年"], "en": ["Demonstration", "fictional", "2016"]}[language]
    page = client.get(f"/{language}/").content.decode()
    assert [word in page for word in words] == [True] * 3
    settings.DEMO = False
    page = client.get(f"/{language}/").content.decode()
    assert [words[0] in page, words[2] in page] == [False] * 2


def test_health_and_readiness(client):
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_readiness_says_when_the_database_is_away(client, monkeypatch):
    from django.db.utils import OperationalError

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 503]


def test_the_manifest_names_icons_that_exist(client):
    icons = client.get("/manifest.webmanifest").json()["icons"]
    assert [icon["sizes"] for icon in icons] == ["192x192", "512x512"]


def test_a_fault_of_ours_shows_a_page_in_both_languages(client, monkeypatch):
    monkeypatch.setattr("pages.views.figures", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/en/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "ページを表示できませんでした" in page and "The page could not be shown." in page


def test_check_content_keeps_every_promise(capsys):
    call_command("check_content")
    assert "Every promise is kept." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("breaking", "words"),
    [
        (lambda: Person.objects.filter(order=2).update(published_at=None), "people: 99 instead of 100"),
        (lambda: Person.objects.filter(interview__isnull=False).update(company_staff=301), "a company of 301 is no SME"),
        (lambda: Question.objects.filter(is_advice=False).update(source_url=""), "no source"),
        (lambda: Article.objects.update(see_also="step/nowhere"), "step/nowhere does not exist"),
        (lambda: Office.objects.all().delete(), "offices: 0 instead of 5"),
        (lambda: Article.objects.update(source_name_en=""), "source_name in one language only"),
    ],
)
def test_check_content_names_a_broken_promise(breaking, words):
    breaking()
    with pytest.raises(CommandError, match=words):
        call_command("check_content")


def test_load_demo_refuses_a_filled_database():
    with pytest.raises(CommandError, match="There is content already"):
        call_command("load_demo")
