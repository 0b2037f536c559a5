"""What is written down of sign-ins, refusals, sight of personal data and changes, and what is never written down."""

import io
import json
import logging
from datetime import datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from agencies.models import Agency
from desk.models import Case
from events.models import Event
from staff.models import User
from tests import factories
from tests.conftest import PASSWORD
from tests.staff import list_of, posted_form, url_of
from tests.test_sign_in import SECRET, code, sign_in
from tokyo_career.logs import JsonLines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


@pytest.fixture
def log():
    """The whole log as it is written while requests are answered: its format, on a stream of ours."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def lines(log):
    """The lines of the audit log so far, as their readers get them."""

    def read(what: str | None = None) -> list[dict]:
        assert log.getvalue().isascii()
        found = [json.loads(line) for line in log.getvalue().splitlines()]
        return [line for line in found if line["log"] == "audit" and what in (None, line["what"])]

    return read


def facts(line: dict, *names: str) -> list:
    return [line.get(name) for name in names]


def test_reader_of_the_log_finds_sign_ins_with_moment_request_route_and_account(client, tmg_editor, lines):
    client.post("/accounts/login/", {"login": "editor", "password": PASSWORD}, headers={"x-request-id": "abc-123"})
    (line,) = lines()
    assert datetime.fromisoformat(line.pop("at")).utcoffset().total_seconds() == 0
    assert line == {
        "level": "info", "log": "audit", "what": "signed in", "request": "abc-123", "method": "POST", "route": "accounts/login/",
        "user": tmg_editor.pk, "role": "editor", "by": ["password"],
    }  # fmt: skip


def test_reader_of_the_log_finds_wrong_passwords_with_the_number_of_the_account_and_no_name(client, tmg_editor, lines):
    for name in ("editor", "EDITOR@example.org", "nobody at all"):
        client.post("/accounts/login/", {"login": name, "password": "a wrong secret 123"})
    assert [facts(line, "what", "account", "user") for line in lines()] == [
        ["sign-in failed", tmg_editor.pk, None], ["sign-in failed", tmg_editor.pk, None], ["sign-in failed", None, None],
    ]  # fmt: skip
    assert not any(word in str(lines()) for word in ("example.org", "nobody", "wrong", "127.0.0.1"))


def test_reader_of_the_log_finds_right_and_wrong_second_factors(settings, client, tmg_editor, lines):
    settings.STAFF_MFA = True
    TOTP.activate(tmg_editor, SECRET)
    sign_in(client, tmg_editor)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code(SECRET)})
    assert [facts(line, "what", "account", "by") for line in lines()] == [
        ["second factor failed", tmg_editor.pk, None], ["signed in", None, ["password", "totp"]],
    ]  # fmt: skip


def test_reader_of_the_log_finds_who_signed_out_and_whose_session_ended(as_editor, tmg_editor, lines):
    as_editor.post("/accounts/logout/")
    as_editor.force_login(tmg_editor)
    session = as_editor.session
    session.update({"began_at": 1, "seen_at": 1})
    session.save()
    as_editor.get("/admin/")
    assert [facts(line, "what", "user") for line in lines()] == [["signed out", tmg_editor.pk], ["session over", tmg_editor.pk]]


def test_reader_of_the_log_finds_every_refusal_of_staff(as_editor, tmg_editor, lines):
    as_editor.get(list_of(Case))
    as_editor.get("/admin/guide/article/999999/change/")
    assert [facts(line, "what", "status", "user", "role", "route") for line in lines()] == [
        ["refused", 403, tmg_editor.pk, "editor", "admin/desk/case/"],
        ["refused", 404, tmg_editor.pk, "editor", "admin/guide/article/<path:object_id>/change/"],
    ]


def test_reader_of_the_log_finds_forms_without_their_token_and_from_other_sites(tmg_editor, lines):
    stranger = Client(enforce_csrf_checks=True)
    stranger.post("/accounts/login/", {"login": "editor", "password": PASSWORD})
    stranger.post("/en/people/")
    stranger.post("/en/desk/ask/", headers={"sec-fetch-site": "cross-site"})
    assert [facts(line, "status", "why", "user") for line in lines("refused")] == [
        [403, "form without its token", None], [405, "form without its token", None], [403, None, None],
    ]  # fmt: skip


def test_reader_of_the_log_finds_limits_that_were_met(client, tmg_editor, lines):
    for _try in range(6):
        sign_in(client, tmg_editor, "wrong password x")
    assert [facts(line, "status", "route") for line in lines("refused")] == [[429, "accounts/login/"]]


def test_reader_of_the_log_finds_what_was_too_large_and_no_other_fault_of_a_stranger(client, lines):
    client.post("/csp-report", b"x" * 17_000, content_type="application/csp-report")
    client.get("/en/nowhere/")
    client.get("/en/people/?page=x")
    assert [facts(line, "what", "status", "route") for line in lines()] == [["refused", 413, "csp-report"]]


def test_reader_of_the_log_finds_who_opened_a_case_and_its_file(client, pasona_operator, lines):
    case = factories.case("My secret question", name="Aoi Secretname", email="aoi@secret.example")
    client.force_login(pasona_operator)
    client.get(url_of(case))
    assert [facts(line, "what", "user", "row") for line in lines()] == [["case opened", pasona_operator.pk, f"desk.case {case.pk}"]]
    assert "ecret" not in str(lines())


def test_reader_of_the_log_finds_who_opened_registrations_and_took_the_table(client, pasona_operator, lines):
    event = next(event for event in Event.objects.published() if event.places == "free")
    person = event.register("Aoi Secretname", "aoi@secret.example", "en", notice="2026-11")
    client.force_login(pasona_operator)
    client.get(url_of(person))
    client.get(f"/admin/events/event/{event.pk}/door/?q={person.email}")
    client.get(f"/admin/events/event/{event.pk}/registrations.csv")
    assert [facts(line, "what", "row", "kind") for line in lines()] == [
        ["registration opened", f"events.registration {person.pk}", None],
        ["door opened", f"events.event {event.pk}", None],
        ["exported", f"events.event {event.pk}", "csv"],
    ]
    assert not any(word in str(lines()) for word in (person.name, person.email, "@"))


def test_reader_of_the_log_finds_who_opened_an_application_and_took_a_table(client, pasona_operator, lines):
    application = factories.application()
    client.force_login(pasona_operator)
    client.get(url_of(application))
    client.get(url_of(application.agency))
    client.post(f"{list_of(Agency)}export/", {"format": "1", "resource": "0"})
    assert [facts(line, "what", "row") for line in lines()][:2] == [
        ["application opened", f"agencies.application {application.pk}"], ["applications opened", f"agencies.agency {application.agency_id}"],
    ]  # fmt: skip
    assert facts(lines("exported")[0], "table", "kind", "rows", "user") == [
        "agencies.agency",
        "csv",
        Agency.objects.count(),
        pasona_operator.pk,
    ]
    assert not any(word in str(lines()) for word in (application.contact_name, application.contact_email))


def test_reader_of_the_log_finds_changes_of_accounts_and_roles(client, administrator, tmg_editor, lines):
    client.force_login(administrator)
    client.post(url_of(tmg_editor), posted_form(client, url_of(tmg_editor), role="operator", last_name="Newname"))
    client.post(list_of(User), {"action": "reset_second_factors", "_selected_action": [tmg_editor.pk]})
    assert [facts(line, "what", "user", "account", "fields", "role_now") for line in lines("account changed")] == [
        ["account changed", administrator.pk, tmg_editor.pk, ["last_name", "role"], "operator"]
    ]
    assert [facts(line, "row", "user") for line in lines("second factors reset")] == [[f"staff.user {tmg_editor.pk}", administrator.pk]]
    assert "Newname" not in str(lines())


def test_reader_of_the_log_finds_a_new_password_and_a_new_second_factor(settings, client, tmg_editor, lines):
    sign_in(client, tmg_editor)
    new = "seven green umbrellas walk"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [facts(line, "account", "change") for line in lines("account changed by its owner")] == [[tmg_editor.pk, "password_changed"]]
    assert new not in str(lines())


def test_reader_of_the_log_finds_deeds_on_the_server(administrator, lines, capsys):
    call_command("invite_administrator", "another@example.org")
    call_command("reset_mfa", "administrator")
    another = User.objects.get(email="another@example.org")
    assert [facts(line, "what", "row") for line in lines()] == [
        ["administrator invited on the server", f"staff.user {another.pk}"],
        ["second factors reset on the server", f"staff.user {administrator.pk}"],
    ]


def test_visitor_leaves_nothing_in_the_log(client, lines):
    for path in ("/", "/en/", "/ja/search/?q=visa", "/en/nothing/", "/en/desk/ask/"):
        client.get(path)
    assert lines() == []


def test_a_fault_is_written_as_its_kind_and_places_without_the_values_in_it(client, monkeypatch, log):
    def fails():
        raise ValueError("Aoi Secretname aoi@secret.example")

    monkeypatch.setattr("pages.views.figures", fails)
    client.raise_request_exception = False
    assert client.get("/en/?q=secret-question", headers={"x-request-id": "fault-1"}).status_code == 500
    line = json.loads(log.getvalue().splitlines()[-1])
    assert facts(line, "level", "log", "request", "method", "route") == ["error", "django.request", "fault-1", "GET", "en/"]
    assert line["fault"] == "ValueError" and any("pages/views.py" in place for place in line["places"])
    assert "ecret" not in log.getvalue()


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "ä", '"}\n{"', "１２３"])
def test_a_number_of_a_request_that_is_none_is_replaced_by_one_of_ours(rf, given):
    request = rf.get("/en/", headers={"x-request-id": given})
    request.resolver_match = None
    record = logging.makeLogRecord({"name": "audit", "msg": "x", "request": request})
    first, second = (json.loads(JsonLines().format(record))["request"] for _time in range(2))
    assert first == second and len(first) == 16 and int(first, 16) >= 0


def test_no_words_of_strangers_make_a_second_line(rf):
    record = logging.makeLogRecord(
        {"name": "django.security", "msg": 'Invalid host: evil\n{"what": "signed in"}', "facts": {"x": "\u2028"}}
    )
    assert JsonLines().format(record).splitlines() == [JsonLines().format(record)]
