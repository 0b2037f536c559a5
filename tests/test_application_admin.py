"""What the secretariat does with an application, who sees it, and when the person behind it is forgotten."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation
from post_office.models import Email
from reversion.models import Version

from agencies.applications import FROM_OUTSIDE, TakesApplications, erase_expired, standards_in_force
from agencies.models import Agency, Application
from guide.models import Article
from search.models import SearchEntry
from tests import factories
from tests.staff import errors_of, list_of, posted_form, url_of
from tests.test_applications import NUMBER, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]


def test_anybody_at_the_secretariat_may_verify_the_licence_that_came_in(as_operator):
    send(Client())
    row = Agency.objects.get(licence_number=NUMBER)
    assert (row.edited_by, row.verified_on) == (FROM_OUTSIDE, None)
    as_operator.post(url_of(row, "verify"), {"scope_seen": "1"})
    row.refresh_from_db()
    assert (row.verified_on, row.verified_by) == (timezone.localdate(), "operator")


def test_without_standards_nothing_is_noted_as_agreed():
    Article.objects.filter(slug="posting-standards").update(published_at=None)
    assert standards_in_force() == ""


def test_the_same_deed_again_finds_the_first_even_when_both_came_at_once(monkeypatch):
    fields = {"name_ja": "あ", "name_en": "A", "licence_number": NUMBER, "licence_valid_until": timezone.localdate(), "area": "chiyoda"}
    contact = {"contact_name": "Mori", "contact_email": "mori@example.org", "language": "en", "notice": "1", "consented_at": timezone.now()}
    first = Agency.objects.apply(fields, submission="x", **contact)
    whole, tries = TakesApplications._apply, []

    def too_late_once(self, *args):
        tries.append(args)
        if len(tries) == 1:
            raise IntegrityError
        return whole(self, *args)

    monkeypatch.setattr(TakesApplications, "_apply", too_late_once)
    assert Agency.objects.apply(fields, submission="x", **contact) == first
    assert (len(tries), Application.objects.count()) == (2, 1)


# Staff


@pytest.mark.parametrize("role", ["tmg_editor", "counsellor", "administrator"])
def test_nobody_but_operators_opens_applications(client, request, role):
    made = factories.application()
    client.force_login(request.getfixturevalue(role))
    pages = [list_of(Application), url_of(made), url_of(made, "history"), url_of(made, "delete"), f"{list_of(Application)}add/"]
    assert [client.get(page).status_code for page in pages] == [403] * 5
    assert client.post(url_of(made), {"decision": "accepted", "_save": "1"}).status_code == 403
    client.post(list_of(Application), {"action": "decline_all", "_selected_action": [made.pk]})
    assert Application.objects.get().decision == ""


def test_editor_does_not_see_on_the_page_of_the_agency_who_applied_and_operator_does(client, tmg_editor, pasona_operator):
    made = factories.application(contact_name="Zyxwvut", entered={"name_en": "Old name", "countries": ["VN"], "fields": ["software"]})
    pages = []
    for user in (tmg_editor, pasona_operator):
        client.force_login(user)
        pages.append(client.get(url_of(made.agency)).content.decode())
    assert ["Zyxwvut" in page for page in pages] == [False, True]
    assert ["Old name" in page for page in pages] == [False, True]
    assert [made.number in page for page in pages] == [False, True]


def test_operator_saves_an_agency_beside_its_applications_and_no_version_holds_them(as_operator):
    made = factories.application(contact_name="Zyxwvut")
    last = Version.objects.order_by("-pk").first().pk
    data = posted_form(as_operator, url_of(made.agency), name_en="New name", _save="1")
    assert as_operator.post(url_of(made.agency), data).status_code == 302
    made.refresh_from_db()
    assert (made.agency.name_en, made.contact_name) == ("New name", "Zyxwvut")
    versions = Version.objects.filter(pk__gt=last)
    assert {version.content_type.model for version in versions} == {"agency"}
    assert [version.pk for version in versions if "Zyxwvut" in version.serialized_data] == []


def test_operator_cannot_change_an_application_from_the_page_of_the_agency(as_operator):
    made, other = factories.application(), factories.application()
    data = posted_form(
        as_operator, url_of(made.agency), **{"applications-0-id": other.pk, "applications-0-contact_name": "Zyxwvut", "_save": "1"}
    )
    as_operator.post(url_of(made.agency), data)
    assert set(Application.objects.values_list("contact_name", flat=True)) == {"Mori"}


def test_the_list_opens_on_what_is_to_be_decided_and_names_no_contact_person(as_operator, pasona_operator):
    waiting, over = factories.application(), factories.application()
    over.decide(pasona_operator, "declined")
    shown = as_operator.get(list_of(Application))
    assert list(shown.context["cl"].queryset) == [waiting]
    assert "Mori" not in shown.content.decode()
    rows = {
        value: list(as_operator.get(list_of(Application), {"decided": value}).context["cl"].queryset)
        for value in ("declined", "accepted", "all")
    }
    assert {value: set(found) for value, found in rows.items()} == {"declined": {over}, "accepted": set(), "all": {waiting, over}}
    assert over in as_operator.get(list_of(Application), {"q": over.agency.licence_number}).context["cl"].queryset


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ("accepted", {"ja": "貴社を掲載させていただくことになりました。", "en": "Your agency will be listed."}),
        ("declined", {"ja": "今回は掲載を見送らせていただくことになりました。", "en": "we cannot list your agency this time."}),
    ],
)
def test_operator_decides_once_and_the_agency_is_told_in_its_language(as_operator, pasona_operator, decision, words, language):
    made = factories.application(language=language)
    form = {"decision": decision, "reason": "{{ origin }} Scope", "_save": "1"}
    assert as_operator.post(url_of(made), form).status_code == 302
    made.refresh_from_db()
    assert (made.decision, made.reason, made.decided_by) == (decision, "{{ origin }} Scope", pasona_operator)
    mail = Email.objects.get()
    assert (mail.to, words[language] in mail.message, "{{ origin }} Scope" in mail.message) == (["mori@example.org"], True, True)
    assert made.number in mail.subject and "Agency" not in mail.message
    assert as_operator.post(url_of(made), {**form, "decision": "accepted"}).status_code == 403
    assert (made.decide(pasona_operator, "accepted"), Email.objects.count()) == (False, 1)
    assert made.agency.published_at is None


def test_a_decision_has_to_be_made_before_it_is_saved(as_operator):
    made = factories.application()
    answer = as_operator.post(url_of(made), {"decision": "", "reason": "", "_save": "1"})
    assert (answer.status_code, list(errors_of(answer)), Email.objects.count()) == (200, ["decision"], 0)


@pytest.mark.parametrize("decision", ["accepted", "declined"])
def test_operator_decides_on_several_at_once_and_those_decided_before_stay(as_operator, pasona_operator, decision):
    rows = [factories.application() for _row in range(3)]
    rows[0].decide(pasona_operator, "accepted")
    Email.objects.all().delete()
    action = {"accepted": "accept_all", "declined": "decline_all"}[decision]
    as_operator.post(
        f"{list_of(Application)}?decided=all", {"action": action, "reason": "Full", "_selected_action": [row.pk for row in rows]}
    )
    found = Application.objects.order_by("pk").values_list("decision", "reason")
    assert list(found) == [("accepted", ""), (decision, "Full"), (decision, "Full")]
    assert (Email.objects.count(), LogEntry.objects.filter(content_type__model="application").count()) == (2, 2)


def test_an_application_stands_on_the_morning_page_of_the_operator_until_it_is_decided(as_operator, pasona_operator):
    made = factories.application(received_at=timezone.now() - timedelta(days=3))
    (line,) = [line for line in as_operator.get("/admin/").context["morning"] if line.url == url_of(made)]
    assert (line.css, line.role, line.text) == ("now", "operator", f"紹介会社から掲載の申し込みがあります：{made.agency.name_ja}（3日前）")
    made.decide(pasona_operator, "accepted")
    assert [line for line in as_operator.get("/admin/").context["morning"] if line.url == url_of(made)] == []


def test_no_application_stands_on_the_morning_page_of_others(as_editor):
    made = factories.application()
    assert [line for line in as_editor.get("/admin/").context["morning"] if line.url == url_of(made)] == []


def test_the_number_is_all_that_an_application_says_of_itself():
    made = factories.application(received_at=timezone.make_aware(timezone.datetime(2026, 11, 30, 23, 30)))
    assert str(made) == made.number == f"A2611-{made.pk:05}"


def test_an_agency_that_applied_is_not_deleted_from_under_its_application(as_editor):
    made = factories.application()
    as_editor.post(url_of(made.agency, "delete"), {"post": "yes"})
    assert Application.objects.get() == made


def test_the_database_refuses_a_decision_without_its_moment():
    made = factories.application()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=made.pk).update(decision="accepted")


# Forgetting


def test_the_contact_person_is_forgotten_after_the_time_that_was_promised(client, as_operator, pasona_operator, settings):
    send(Client(), message="Please hurry")
    kept = Application.objects.get()
    young = factories.application(contact_email="young@example.org")
    young.acknowledge()
    as_operator.post(url_of(kept), {"decision": "declined", "reason": "Scope", "_save": "1"})
    old = timezone.now() - timedelta(days=settings.RETENTION_APPLICATIONS, minutes=1)
    Application.objects.filter(pk=kept.pk).update(received_at=old)
    assert (erase_expired(dry_run=True), Email.objects.count()) == (1, 3)
    assert (erase_expired(dry_run=False), erase_expired(dry_run=False)) == (1, 0)
    kept.refresh_from_db()
    values = " ".join(str(value) for value in Application.objects.filter(pk=kept.pk).values_list()[0])
    assert [word for word in ("Mori", "mori@", "1234", "Please hurry", "Scope", "Miyako") if word in values] == []
    assert (kept.agency.name_en, kept.decision, kept.agreed_to != "", kept.erased_at is not None) == (
        "Miyako Jinzai",
        "declined",
        True,
        True,
    )
    assert [mail.to for mail in Email.objects.all()] == [["young@example.org"]]
    assert not LogEntry.objects.filter(content_type__model="application").exists()
    assert as_operator.get(url_of(kept)).status_code == 200


def test_an_erased_application_is_not_decided_any_more(pasona_operator):
    made = factories.application()
    made.erase()
    assert (made.decide(pasona_operator, "accepted"), Email.objects.count()) == (False, 0)
    assert list(Application.objects.undecided()) == []


def test_mails_exist_in_both_languages_for_every_deed():
    from core.mail import written

    made = factories.application()
    for deed in ("received", "accepted", "declined"):
        with translation.override("ja"):
            texts = [written(f"agencies/{deed}", code, {"application": made, "reason": ""}) for code in ("ja", "en")]
        assert [made.number in subject and "\n\n\n" not in body for subject, body in texts] == [True, True]


def test_the_draft_is_refused_for_publishing_until_it_is_complete(as_editor):
    send(Client())
    row = Agency.objects.get(licence_number=NUMBER)
    data = posted_form(as_editor, url_of(row), published_at_0="2026-11-01", published_at_1="09:00", _save="1")
    assert set(errors_of(as_editor.post(url_of(row), data))) == {
        f"{name}_{code}" for name in ("summary", "body", "address") for code in ("ja", "en")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=row.pk).update(published_at=timezone.now())


def test_no_contact_person_comes_into_the_search_index():
    row = factories.agency()
    before = list(SearchEntry.objects.filter(kind="agency", object_id=row.pk).values())
    factories.application(agency=row, contact_name="Zyxwvut", contact_email="zyxwvut@example.org", message="Zyxwvut").acknowledge()
    row.save()
    entries = SearchEntry.objects.filter(kind="agency", object_id=row.pk)
    assert len(before) == entries.count() == 2
    assert [(entry["title"], entry["words"]) for entry in before] == [(entry.title, entry.words) for entry in entries]
    assert not SearchEntry.objects.filter(words__contains="zyxwvut").exists()


def test_an_agency_cannot_have_the_address_of_the_form():
    row = factories.agency(slug="apply")
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["slug"]
