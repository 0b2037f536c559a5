"""What visitors are told before they send, how a person is found, handed out and forgotten, and what stands in no mail and no address."""

import json
import re

import pytest
from django.conf import settings
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.urls import get_resolver
from django.utils.translation import override
from post_office.models import Email
from reversion.models import Version

from agencies.models import Application
from core.visitors import NOTICE
from desk.models import Case
from events.models import Event, Registration
from interviews.models import Consent, Interview, Person
from pages.models import Page
from tests import factories
from tests.conftest import member
from tests.pages_of import FORMS, address
from tests.staff import posted_form, url_of
from tests.test_applications import typed as typed_application
from tests.test_cases import typed as typed_case
from tests.test_registrations import typed as typed_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
TYPED = dict(zip(FORMS, (typed_case, typed_registration, typed_application), strict=True))
KINDS = (Case, Registration, Application)


def counts() -> list[int]:
    return [model.objects.count() for model in KINDS]


@pytest.mark.parametrize("path", FORMS)
def test_visitor_reads_the_purpose_before_an_empty_box_and_the_button(client, path, language):
    page = client.get(address(path, language)).content.decode()
    box = re.search(r'<input[^>]*name="consent"[^>]*>', page)
    places = [page.index('id="h-purpose"'), page.index(NOTICE), box.start(), page.index("<button", box.start())]
    assert places == sorted(places) and "checked" not in box[0] and 'type="checkbox"' in box[0]


@pytest.mark.parametrize("path", FORMS)
def test_nothing_is_kept_of_a_form_without_the_tick_and_with_it_the_version_of_the_notice_is(client, path):
    before = counts()
    refused = client.post(address(path, "en"), TYPED[path](consent=""))
    assert [refused.status_code, counts(), Email.objects.count()] == [200, before, 0]
    assert client.post(address(path, "en"), TYPED[path]()).status_code == 302
    assert [new - old for new, old in zip(counts(), before, strict=True)] == [int(name == path) for name in FORMS]
    row = KINDS[FORMS.index(path)].objects.latest("pk")
    assert row.notice == NOTICE and row.consented_at is not None


def test_reader_finds_in_both_languages_what_is_held_why_and_for_how_long(client, language):
    page = client.get(f"/{language}/privacy/").content.decode()
    with override(language):
        rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", re.sub(r"</?p>", "", page), re.S)
    told = {"ja": ["相談", "イベントの申し込み", "紹介会社の申し込み", "お送りしたメール", "職員が相談を開いた記録"],
            "en": ["Questions to the desk", "Registrations for events", "Applications of agencies", "Mails we sent",
                   "Who of our staff opened a case"]}  # fmt: skip
    assert [row[0] for row in rows] == told[language] and all(all(row) for row in rows)
    ends = {"ja": ["1年後", "3か月後", "1年後", "30日後"], "en": ["One year", "Three months", "One year", "30 days"]}[language]
    assert [end in row[2] for end, row in zip(ends, rows, strict=False)] == [True] * 4
    assert [settings.RETENTION_CASES, settings.RETENTION_REGISTRATIONS, settings.RETENTION_APPLICATIONS] == [365, 92, 365]


@pytest.fixture
def mai():
    """One person who asked, registered and applied, beside somebody else who did, too."""
    event = next(event for event in Event.objects.published() if event.places == "free")
    for name in ("mai", "anh"):
        case = factories.case(f"Question of {name}", name=name.title(), email=f"{name}@example.org")
        case.note(member(f"counsellor-{name}", office=case.office), f"Note on {name}")
        event.register(name.title(), f"{name}@example.org", "en", notice=NOTICE)
        factories.application(contact_name=name.title(), contact_email=f"{name}@example.org").acknowledge()
    return "MAI@example.org"


def held(capsys, who: str) -> list[dict]:
    capsys.readouterr()
    call_command("person", who)
    return json.loads(capsys.readouterr().out)


def test_administrator_hands_out_all_that_is_held_about_one_person_and_nothing_about_others(capsys, mai):
    rows = held(capsys, mai)
    assert [row["model"] for row in rows] == [
        "desk.case", "desk.message", "desk.note", "post_office.email", "events.registration", "post_office.email",
        "agencies.application", "post_office.email",
    ]  # fmt: skip
    assert "Question of mai" in str(rows) and "Note on mai" in str(rows) and "anh" not in str(rows).lower()


def test_administrator_forgets_one_person_and_nobody_else(capsys, mai, caplog):
    others = [row["pk"] for row in held(capsys, "anh@example.org")]
    with caplog.at_level("INFO", "audit"):
        call_command("person", mai, "--erase")
    assert capsys.readouterr().out == "Erased: 3.\n"
    assert [held(capsys, mai), [row["pk"] for row in held(capsys, "anh@example.org")]] == [[], others]
    assert not any(re.search(r"\bmai\b", f"{row.__dict__}", re.IGNORECASE) for model in (*KINDS, Email) for row in model.objects.all())
    assert "person erased on the server" in caplog.messages and "mai@" not in caplog.text.lower()


def test_administrator_is_told_of_mail_from_the_address_in_a_case_of_somebody_else(capsys):
    case = factories.case()
    case.receive("Me too", channel="mail", sender="friend@example.org")
    call_command("person", "friend@example.org", "--erase")
    told = capsys.readouterr()
    assert told.out == "Erased: 0.\n" and case.number in told.err and Case.objects.get(pk=case.pk).name == "Mai"


@pytest.fixture
def filmed(files_come_back):
    return Interview.objects.with_video().published().first()


def test_a_person_shown_is_forgotten_with_every_version_and_file(as_editor, capsys, filmed, picture, django_capture_on_commit_callbacks):
    person = filmed.person
    old = person.photo.name
    as_editor.post(url_of(person), {**posted_form(as_editor, url_of(person)), "photo": picture, "_save": "1"})
    as_editor.post(url_of(filmed), {**posted_form(as_editor, url_of(filmed)), "_save": "1"})
    new, clip = Person.objects.get(pk=person.pk).photo, filmed.clip
    masters, public = [old, new.name, clip.poster.name], [clip.av1.name, clip.captions_ja.name, new.rendition(new.widths[0], "avif")]
    assert new.name != old and all(map(storages["private"].exists, masters)) and all(map(default_storage.exists, public))
    assert {"interviews.person", "interviews.clip", "interviews.consent"} <= {row["model"] for row in held(capsys, person.slug)}
    with django_capture_on_commit_callbacks(execute=True):
        call_command("person", person.slug, "--erase")
    assert not any(map(storages["private"].exists, masters)) and not any(map(default_storage.exists, public))
    assert not any(person.name_en in version.serialized_data for version in Version.objects.all())
    assert not Consent.objects.filter(person_id=person.pk).exists()
    assert as_editor.get(f"/en/people/{person.slug}/").status_code == 404
    with pytest.raises(CommandError):
        call_command("person", person.slug)


def test_mail_to_staff_names_no_visitor(pasona_operator):
    pasona_operator.wants_morning_mail = True
    pasona_operator.save()
    factories.case("Hidden words", name="Aoi Secretname", email="aoi@secret.example", phone="+819012345678")
    call_command("send_morning_mail")
    mail = Email.objects.get(to=pasona_operator.email)
    assert not any(word in mail.message + mail.subject for word in ("Secretname", "secret.example", "Hidden", "9012345678"))
    assert "/admin/" in mail.message


def test_no_address_of_a_page_has_room_for_a_person():
    """Private pages are found by a random token; no pattern of an address takes a name or an e-mail address."""
    patterns = []

    def walk(resolver, before=""):
        for each in resolver.url_patterns:
            route = before + str(each.pattern)
            walk(each, route) if hasattr(each, "url_patterns") else patterns.append(route)

    walk(get_resolver())
    assert len(patterns) > 100
    assert [route for route in patterns if re.search(r"<[^>]*(?:mail|name|phone|person)[^>]*>", route) and "admin/" not in route] == []


def test_the_page_of_what_is_held_is_led_to_from_every_form_and_every_foot(client, language):
    assert Page.objects.published().filter(slug="privacy").exists()
    for path in ("", *FORMS):
        assert f'href="/{language}/privacy/"' in client.get(address(path, language)).content.decode()
