"""The register of consents, and the licences of agencies."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage, storages
from django.utils import timezone

from agencies.models import Agency
from faq.models import Category, Question
from interviews.models import Consent, Interview, Person
from search.models import SearchEntry
from steps.models import Step
from tests import factories
from tests.conftest import member
from tests.staff import errors_of, list_of, posted_form, url_of

pytestmark = pytest.mark.django_db


def act(client, model, action, *rows):
    return client.post(list_of(model), {"action": action, "_selected_action": [row.pk for row in rows]})


@pytest.fixture
def filmed():
    return Interview.objects.with_video().published().first()


def files_of(interview) -> list[str]:
    photo, clip = interview.person.photo, interview.clip
    names = [photo.rendition(width, kind) for width in photo.widths for kind in ("avif", "webp")]
    return [*names, clip.av1.name, clip.h264.name, clip.captions_ja.name, clip.captions_en.name]


def test_a_withdrawn_consent_takes_pages_pictures_and_videos_off_at_once(as_editor, client, filmed, django_capture_on_commit_callbacks):
    person, names = filmed.person, files_of(filmed)
    paths = [person.get_absolute_url(), filmed.get_absolute_url()]
    assert [client.get(path).status_code for path in paths] == [200, 200] and all(map(default_storage.exists, names))
    with django_capture_on_commit_callbacks(execute=True):
        act(as_editor, Consent, "withdraw", person.consent)
    assert [client.get(path).status_code for path in paths] == [410, 410]
    assert [name for name in names if default_storage.exists(name)] == []
    assert storages["private"].exists(person.photo.name)
    assert person.slug not in client.get("/en/people/").content.decode()
    now = timezone.now()
    assert not SearchEntry.objects.filter(kind__in=("person", "interview"), url__contains=person.slug, live_until__gt=now).exists()
    with django_capture_on_commit_callbacks(execute=True):
        act(as_editor, Consent, "give_again", person.consent)
    assert [client.get(path).status_code for path in paths] == [200, 200] and all(map(default_storage.exists, names))


def test_consents_that_end_within_sixty_days_are_listed(as_editor):
    today = timezone.localdate()
    for days, row in ((59, factories.person()), (61, factories.person()), (-1, factories.person())):
        Consent.objects.filter(person=row).update(expires_on=today + timedelta(days=days))
    rows = as_editor.get(list_of(Consent), {"state": "ending"}).context["cl"].queryset
    assert [row.expires_on - today for row in rows] == [timedelta(days=59)]
    assert sum("同意の期限" in line.text for line in as_editor.get("/admin/").context["morning"]) == 1


def test_a_consent_that_lacks_a_language_covers_nothing(as_editor):
    row = factories.person(published_at=None)
    Consent.objects.filter(person=row).update(languages="ja")
    data = posted_form(as_editor, url_of(row), published_at_0="2026-11-01", published_at_1="09:00")
    assert list(errors_of(as_editor.post(url_of(row), data))) == ["published_at"]


def test_a_consent_ends_after_it_was_given(as_editor):
    consent = Consent.objects.first()
    answer = as_editor.post(url_of(consent), posted_form(as_editor, url_of(consent), expires_on="2020-01-01", languages=["ja", "en"]))
    assert list(errors_of(answer)) == ["expires_on"]


@pytest.fixture
def operator(client, pasona_operator):
    client.force_login(pasona_operator)
    return client


def verify(client, agency, **data):
    return client.post(url_of(agency, "verify"), data, follow=True)


def test_operator_verifies_a_licence_that_somebody_else_entered(operator):
    agency = factories.agency(edited_by="somebody", verified_on=None)
    verify(operator, agency, scope_seen="1")
    agency.refresh_from_db()
    today = timezone.localdate()
    assert (agency.verified_on, agency.verified_by, agency.scope_checked_on) == (today, "operator", today)


def test_nobody_verifies_the_licence_they_entered_themselves(operator):
    agency = factories.agency(verified_on=None)
    operator.post(url_of(agency), posted_form(operator, url_of(agency), licence_valid_until="2031-01-01", _save="1"))
    answer = verify(operator, agency, scope_seen="1")
    agency.refresh_from_db()
    assert (agency.edited_by, agency.verified_on) == ("operator", None)
    assert "ご自身が入力" in answer.content.decode()


def test_a_licence_for_people_abroad_is_verified_only_with_its_scope(operator):
    agency = factories.agency(verified_on=None, scope="abroad")
    verify(operator, agency)
    agency.refresh_from_db()
    assert agency.verified_on is None


def test_a_changed_licence_is_unverified_and_other_changes_leave_it(operator):
    agency = factories.agency(verified_by="somebody")
    operator.post(url_of(agency), posted_form(operator, url_of(agency), summary_en="New summary", _save="1"))
    agency.refresh_from_db()
    assert agency.verified_by == "somebody"
    operator.post(url_of(agency), posted_form(operator, url_of(agency), licence_valid_until="2031-01-01", _save="1"))
    agency.refresh_from_db()
    assert (agency.verified_on, agency.verified_by) == (None, "")


def test_an_agency_that_agreed_to_nothing_is_not_published(as_editor):
    agency = factories.agency(agreed_on=None, published_at=None)
    data = posted_form(as_editor, url_of(agency), published_at_0="2026-11-01", published_at_1="09:00")
    assert list(errors_of(as_editor.post(url_of(agency), data))) == ["agreed_on"]


@pytest.mark.parametrize(("state", "days"), [("ending", 59), ("lapsed", -1), ("unverified", 400)])
def test_licences_that_need_a_hand_are_listed(operator, state, days):
    today = timezone.localdate()
    verified = None if state == "unverified" else today
    agency = factories.agency(licence_valid_until=today + timedelta(days=days), verified_on=verified)
    other = factories.agency(verified_on=today)
    rows = operator.get(list_of(Agency), {"licence": state}).context["cl"].queryset
    assert agency in rows and other not in rows


def test_a_lapsed_licence_stands_first_on_the_morning_page_of_the_operator(operator):
    agency = factories.agency(licence_valid_until=timezone.localdate() - timedelta(days=1))
    first = operator.get("/admin/").context["morning"][0]
    assert (first.css, first.role, first.url) == ("now", "operator", url_of(agency))


def test_the_page_of_a_licence_links_to_the_register(operator):
    assert "https://jinzai.hellowork.mhlw.go.jp/" in operator.get(url_of(factories.agency(), "verify")).content.decode()


def test_people_are_ordered_on_the_home_page_by_number_and_at_once(as_editor, client):
    rows = list(Person.objects.filter(home_order__isnull=False).order_by("home_order"))
    update = [[row.pk, place] for place, row in enumerate(reversed(rows), 1)]
    as_editor.post("/admin/interviews/homeperson/adminsortable2_update/", {"updatedItems": update}, content_type="application/json")
    home = client.get("/en/").content.decode()
    assert [row.slug for row in sorted(rows, key=lambda row: home.index(f"/{row.slug}/"))] == [row.slug for row in reversed(rows)]
    as_editor.post(f"/admin/interviews/homeperson/{rows[0].pk}/change/", {"home_order": "0"})
    assert Person.objects.get(pk=rows[0].pk).home_order == 0


def test_operator_drags_nothing_that_is_not_theirs(client):
    client.force_login(member("operator"))
    url = "/admin/faq/category/adminsortable2_update/"
    assert client.post(url, {"updatedItems": [[1, 5]]}, content_type="application/json").status_code == 403


@pytest.mark.parametrize("model", [Category, Question, Step])
def test_a_dragged_order_is_on_the_public_page_at_once(as_editor, client, model):
    rows = list(Question.objects.filter(category__slug="visa") if model is Question else model.objects.all())
    field = "number" if model is Step else "order"
    places = [getattr(row, field) for row in rows]
    update = [[row.pk, place] for row, place in zip(rows, reversed(places), strict=True)]
    as_editor.post(f"{list_of(model)}adminsortable2_update/", {"updatedItems": update}, content_type="application/json")
    page = client.get({Category: "/en/faq/", Question: "/en/faq/visa/", Step: "/en/steps/"}[model]).content.decode()
    main = page[page.index("<main") :]
    shown = sorted(rows, key=lambda row: main.index({Question: f'id="{row.slug}"'}.get(model, f"/{row.slug}/")))
    assert [row.pk for row in shown] == [row.pk for row in reversed(rows)]


def test_questions_are_dragged_within_one_topic_only(as_editor):
    topic = Category.objects.first()
    every = as_editor.get(list_of(Question)).content.decode()
    one = as_editor.get(list_of(Question), {"category__id__exact": topic.pk}).content.decode()
    assert ("drag handle" in every, "drag handle" in one) == (False, True)


def test_tasks_of_a_step_follow_their_numbers(as_editor, client):
    step = Step.objects.first()
    data = posted_form(as_editor, url_of(step))
    count = int(data["tasks-TOTAL_FORMS"])
    for place in range(count):
        data[f"tasks-{place}-order"] = str(count - place)
    assert as_editor.post(url_of(step), {**data, "_save": "1"}).status_code == 302
    codes = [task.code for task in step.tasks.order_by("order")]
    page = client.get(step.get_absolute_url()).content.decode()
    assert sorted(codes, key=lambda code: page.index(f'value="{code}"')) == codes and codes[0] > codes[-1]
