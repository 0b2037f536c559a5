"""Reports of browsers about the policy, and the file for those who find a weakness."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from core.morning import morning_list
from pages import csp_reports
from pages.csp_reports import CspReport
from pages.models import Page

pytestmark = pytest.mark.django_db
HERE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def old(**changes) -> dict:
    """A report as Firefox and Safari send it."""
    return {"csp-report": {"document-uri": f"{HERE}/en/faq/visa/?q=secret#x", "referrer": "https://secret.example/", "violated-directive": "img-src",
                           "effective-directive": "img-src", "blocked-uri": "https://evil.example/pixel.gif?id=secret", "status-code": 200,
                           "script-sample": "secret", **changes}}  # fmt: skip


def new(**changes) -> dict:
    """One of the reports that Chrome sends together."""
    body = {"documentURL": f"{HERE}/ja/people/", "effectiveDirective": "script-src-elem", "blockedURL": "inline", "sample": "secret"}
    return {"type": "csp-violation", "age": 5, "url": f"{HERE}/ja/people/?q=secret", "user_agent": "secret", "body": {**body, **changes}}


def send(client, body, kind="application/csp-report", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/csp-report", data, content_type=kind, headers=headers)


def kept() -> list[tuple]:
    return list(CspReport.objects.order_by("pk").values_list("directive", "blocked", "page", "count"))


def test_browser_of_either_kind_reports_and_only_directive_origin_and_path_are_kept(client):
    assert send(client, old()).status_code == 204
    assert send(client, [new(), {"type": "deprecation", "body": {}}, new(blockedURL="")], "application/reports+json").status_code == 204
    assert kept() == [("img-src", "https://evil.example", "/en/faq/visa/", 1), ("script-src-elem", "inline", "/ja/people/", 2)]
    assert "secret" not in str(CspReport.objects.values())


def test_browser_that_reports_the_same_again_raises_a_count(client):
    for _time in range(3):
        send(client, old())
    assert kept() == [("img-src", "https://evil.example", "/en/faq/visa/", 3)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/en/desk/case/TOPSECRETTOKEN1234/", "/en/desk/case/<str:token>/"),
        ("/ja/events/registration/TOPSECRETTOKEN1234/", "/ja/events/registration/<str:token>/"),
        ("/preview/TOPSECRETTOKEN1234/", "/preview/<str:token>/"),
        ("/admin/desk/case/5/change/", "/admin/desk/case/<path:object_id>/change/"),
    ],
)
def test_the_path_of_a_private_page_is_kept_as_its_pattern(client, path, shown):
    send(client, old(**{"document-uri": HERE + path}))
    assert kept() == [("img-src", "https://evil.example", shown, 1)]


HOSTILE = [
    b" ", b"{", b"null", b"1", b'"x"', b"[]", b"[1, null, []]", b"\xff\xfe\x00", b"[" * 16_000, b'{"csp-report": ' * 1_000, b'{"csp-report": 1}',
    b'{"csp-report": []}', b'{"csp-report": {}}', b'{"csp-report": {"document-uri": 1, "blocked-uri": {}, "effective-directive": []}}', b"1" * 10_000,
    json.dumps(old(**{"document-uri": "https://evil.example/en/"})).encode(), json.dumps(old(**{"document-uri": f"{HERE}/en/\x00"})).encode(),
    json.dumps(old(**{"document-uri": f"{HERE}/nothing/"})).encode(), json.dumps(old(**{"document-uri": "http://[::1"})).encode(),
    json.dumps(old(**{"document-uri": f"{HERE}/en/people/%00/"})).encode(), json.dumps(old(**{"document-uri": f"{HERE}/en/people/%0d%0a/"})).encode(),
    json.dumps(old(**{"effective-directive": "<script>", "violated-directive": ""})).encode(), json.dumps(old(**{"blocked-uri": "\ud800"})).encode(),
    json.dumps(old(**{"blocked-uri": "http://[x"})).encode(), json.dumps(old(**{"blocked-uri": "x y\nz"})).encode(),
    json.dumps(old(**{"effective-directive": "a" * 3_000})).encode(), json.dumps(old(**{"blocked-uri": "https://" + "a" * 3_000})).encode(),
    json.dumps(old(**{"blocked-uri": "https://\u3042.example/"})).encode(), b'{"csp-report": {"document-uri": NaN}}',
]  # fmt: skip


@pytest.mark.parametrize("kind", csp_reports.KINDS)
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_rubbish_is_taken_calmly_and_nothing_of_it_is_kept(client, body, kind):
    response = send(client, body, kind)
    assert [response.status_code, response.content, kept()] == [204, b"", []]


def test_what_is_no_report_is_refused(client):
    assert send(client, b"x" * 16_385).status_code == 413
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
        assert send(client, old(), kind).status_code == 415
    for way in (client.get, client.put, client.delete, client.head):
        response = way("/csp-report")
        assert [response.status_code, response.headers["Allow"]] == [405, "POST"]
    assert kept() == []


def test_more_than_sixty_reports_a_minute_wait_and_are_not_read(client, monkeypatch):
    monkeypatch.setattr(csp_reports, "MOST_A_MINUTE", 2)
    answers = [send(client, old()) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert answers[2].headers["Retry-After"] == "60"
    assert kept() == [("img-src", "https://evil.example", "/en/faq/visa/", 2)]


def test_strangers_cannot_fill_the_table(client, monkeypatch):
    monkeypatch.setattr(csp_reports, "MOST_ROWS", 2)
    for name in "abc":
        send(client, old(**{"blocked-uri": f"https://{name}.example/"}))
    assert [blocked for _directive, blocked, _page, _count in kept()] == ["https://a.example", "https://b.example"]


def test_every_page_tells_browsers_where_to_report(client, language):
    for path in (f"/{language}/", f"/{language}/nothing/", "/accounts/login/"):
        assert "report-uri /csp-report" in client.get(path).headers["Content-Security-Policy"].split("; ")


def told(user) -> list[tuple]:
    return [(line.text, line.url) for line in morning_list(user) if "cspreport" in line.url]


def test_administrator_sees_new_reports_in_the_morning_and_an_editor_does_not(client, administrator, tmg_editor):
    assert told(administrator) == []
    send(client, old())
    text = "Browsers kept something from loading on our pages: 1"
    assert [told(administrator), told(tmg_editor)] == [[(text, "/admin/pages/cspreport/")], []]
    CspReport.objects.update(last_at=timezone.now() - timedelta(days=8))
    assert told(administrator) == []


def test_administrator_looks_at_reports_and_deletes_them_and_changes_none(client, administrator):
    send(client, old(**{"blocked-uri": "javascript"}))
    client.force_login(administrator)
    row = CspReport.objects.get()
    assert "/en/faq/visa/" in client.get("/admin/pages/cspreport/").content.decode()
    client.post(f"/admin/pages/cspreport/{row.pk}/change/", {"directive": "x"})
    row.refresh_from_db()
    assert row.directive == "img-src"
    client.post("/admin/pages/cspreport/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert kept() == []


def lines_of(client) -> list[tuple]:
    response = client.get("/.well-known/security.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    return [tuple(line.split(": ", 1)) for line in response.content.decode().splitlines()]


def test_finder_of_a_weakness_reads_whom_to_tell_and_by_which_rules(client, settings):
    settings.SECURITY_MAIL = "security@example.org"
    found = lines_of(client)
    assert [line for line in found if line[0] != "Expires"] == [
        ("Contact", "mailto:security@example.org"), ("Preferred-Languages", "ja, en"), ("Canonical", f"{HERE}/.well-known/security.txt"),
        ("Policy", f"{HERE}/ja/security/"), ("Policy", f"{HERE}/en/security/"),
    ]  # fmt: skip
    assert [client.get(address.removeprefix(HERE)).status_code for name, address in found if name == "Policy"] == [200, 200]


@pytest.mark.parametrize(
    "moment", ["2026-01-01T00:00:00+00:00", "2026-11-26T23:59:59+00:00", "2028-02-29T15:00:00+00:00", "2031-12-31T23:30:00+09:00"]
)
def test_the_file_is_good_for_half_a_year_from_the_day_it_is_read(client, time_machine_at, moment):
    now = datetime.fromisoformat(moment)
    with time_machine_at(now):
        (expires,) = [
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) for name, value in lines_of(client) if name == "Expires"
        ]
    assert timedelta(days=179) <= expires - now <= timedelta(days=181)


@pytest.fixture
def time_machine_at():
    import time_machine

    return lambda moment: time_machine.travel(moment, tick=False)


def test_reader_finds_the_rules_on_a_page_in_both_languages(client):
    page = Page.objects.published().get(slug="security")
    assert [client.get(f"/{code}/security/").context["page"].name_in(code) for code in ("ja", "en")] == [page.title_ja, page.title_en]
