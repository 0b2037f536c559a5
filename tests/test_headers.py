"""Headers of every class of answer, as the server sends them, over http and behind https."""

import io
import json
import re
import subprocess
import sys
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.edition import raise_edition
from desk.models import CaseLink
from interviews.models import Person
from pages import views
from tests import factories
from tests.worker import line_kept_open
from tokyo_career.policy import FILE_HEADERS
from tokyo_career.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def ask(path: str, method: str = "GET", body: bytes = b"", **more) -> tuple[int, dict, list]:
    """Status, headers and cookies of an answer of the whole application, static and media files included."""
    path, _mark, query = path.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method, "HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1",
               "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **more}  # fmt: skip
    setup_testing_defaults(environ)
    told = []
    with line_kept_open():
        answer = application(environ, lambda status, headers, exc_info=None: told.append((status, headers)))
        b"".join(answer)
        getattr(answer, "close", lambda: None)()
    status, headers = told[-1]
    return int(status[:3]), dict(headers), [value for name, value in headers if name == "Set-Cookie"]


ANSWERS = [
    ("/en/", 200), ("/ja/people/", 200), ("/en/search/?q=visa", 200), ("/en/desk/ask/", 200), ("/ja/security/", 200),
    ("/en/feed.xml", 200), ("/ja/events/calendar.ics", 200), ("/sitemap.xml", 200), ("/robots.txt", 200), ("/healthz", 200), ("/readyz", 200),
    ("/manifest.webmanifest", 200), ("/.well-known/security.txt", 200), ("/accounts/login/", 200), ("/accounts/password/reset/", 200),
    ("/", 302), ("/favicon.ico", 302), ("/admin/", 302), ("/admin/login/", 302), ("/en", 301),
    ("/en/?q=%00", 400), ("/en/nothing/", 404), ("/nothing", 404), ("/admin/nothing/", 302), ("/preview/nothing/", 404), ("/csp-report", 405),
    ("/en/desk/case/nothing/", 404),
]  # fmt: skip


def faults(path: str, headers: dict) -> list[str]:
    private = "desk/case" in path or path.startswith("/preview/")
    wanted = {**COMMON, **({"Referrer-Policy": headers.get("Referrer-Policy")} if private else {})}
    found = [name for name, value in wanted.items() if headers.get(name) != value]
    policy = {part.split(" ")[0]: part for part in headers.get("Content-Security-Policy", "").split("; ")}
    if [policy.get("default-src"), policy.get("frame-ancestors")] != ["default-src 'none'", "frame-ancestors 'none'"] or "unsafe" in str(
        policy
    ):
        found.append("Content-Security-Policy")
    found += [] if "camera=()" in headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
    return found + [name for name in ("Server", "X-Powered-By") if name in headers]


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_carries_every_header(path, status):
    found, headers, _cookies = ask(path)
    assert [found, faults(path, headers)] == [status, []]


@pytest.mark.parametrize(
    ("send", "status"),
    [
        (lambda: ask("/en/people/", "POST"), 405),
        (lambda: ask("/en/desk/ask/", "POST", HTTP_SEC_FETCH_SITE="cross-site"), 403),
        (lambda: ask("/accounts/login/", "POST"), 403),
        (lambda: ask("/en/", HTTP_HOST="evil.example"), 400),
        (lambda: ask("/csp-report", "POST", b"{}", CONTENT_TYPE="application/csp-report"), 204),
        (lambda: ask("/csp-report", "POST", b"{}", CONTENT_TYPE="text/plain"), 415),
        (lambda: ask("/csp-report", "POST", b"x" * 17_000, CONTENT_TYPE="application/csp-report"), 413),
        (lambda: [ask("/csp-report", "POST", b"{}", CONTENT_TYPE="application/csp-report") for _time in range(61)][-1], 429),
    ],
    ids=["405", "403", "csrf", "host", "204", "415", "413", "429"],
)
def test_refusals_carry_every_header(send, status):
    found, headers, _cookies = send()
    assert [found, faults("", headers)] == [status, []]


def test_a_withdrawn_page_carries_every_header():
    Person.objects.filter(order=1).update(unpublish_at="2026-01-01T00:00:00Z")
    found, headers, _cookies = ask(f"/en/people/{Person.objects.get(order=1).slug}/")
    assert [found, faults("", headers)] == [410, []]


def test_a_page_that_did_not_change_carries_every_header():
    etag = ask("/en/faq/")[1]["ETag"]
    found, headers, _cookies = ask("/en/faq/", HTTP_IF_NONE_MATCH=etag)
    assert [found, faults("", headers), headers["ETag"]] == [304, [], etag]


def test_a_fault_of_ours_carries_every_header(monkeypatch):
    def fails():
        raise ValueError

    monkeypatch.setattr(views, "figures", fails)
    raise_edition()
    found, headers, _cookies = ask("/en/")
    assert [found, faults("", headers)] == [500, []]


def test_pages_of_staff_and_previews_carry_every_header_and_are_kept_nowhere(as_editor):
    row = factories.article()
    for path in (
        "/admin/",
        f"/admin/guide/article/{row.pk}/change/",
        "/admin/nothing/",
        "/accounts/2fa/",
        f"/admin/guide/article/{row.pk}/preview/en/",
    ):
        headers = dict(as_editor.get(path).headers)
        assert [faults(path, headers), headers["X-Robots-Tag"]] == [[], "noindex, nofollow"], path
        assert {"private", "no-store"} <= set(headers["Cache-Control"].split(", ")), path


def test_pages_with_a_form_or_a_persons_data_are_kept_nowhere():
    for path in ("/en/desk/ask/", "/ja/agencies/apply/", factories.case().private_path(CaseLink.issue(case=factories.case()))):
        assert "no-store" in ask(path)[1]["Cache-Control"], path


@pytest.mark.parametrize(
    ("name", "attached"), [("proof.webp", None), ("proof.html", "attachment"), ("proof.svg", "attachment"), ("proof.exe", "attachment")]
)
def test_media_files_are_never_a_page(name, attached):
    stored = default_storage.save(name, ContentFile(b"<script>alert(1)</script>"))
    try:
        found, headers, cookies = ask(f"/media/{stored}")
    finally:
        default_storage.delete(stored)
    assert [found, cookies, headers.get("Content-Disposition")] == [200, [], attached]
    assert {name: headers.get(name) for name in FILE_HEADERS} == FILE_HEADERS


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_text_names_its_encoding(path, status):
    kind = ask(path)[1].get("Content-Type", "")
    assert "charset=utf-8" in kind or not kind.startswith("text/")


def test_public_pages_set_no_cookie():
    assert [ask(path)[2] for path, _status in ANSWERS if not path.startswith(("/admin", "/accounts", "/preview"))] == [[]] * sum(
        not path.startswith(("/admin", "/accounts", "/preview")) for path, _status in ANSWERS
    )


def test_signing_out_clears_the_browser(as_editor):
    assert as_editor.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


PROBE = """
import io, json, sys
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STATIC_ROOT.mkdir(exist_ok=True)
(settings.STATIC_ROOT / "x.css").write_text("a{}")
from tokyo_career.wsgi import application
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
(settings.MEDIA_ROOT / "x.webp").write_text("a")
from wsgiref.util import setup_testing_defaults
found = {}
for path, scheme in json.loads(sys.argv[1]):
    environ = {"PATH_INFO": path, "HTTP_HOST": "career.example.jp", "HTTP_X_FORWARDED_PROTO": scheme, "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(environ)
    told = []
    list(application(environ, lambda status, headers, exc_info=None: told.append((int(status[:3]), headers))))
    found[f"{scheme}:{path}"] = told[-1]
print(json.dumps(found))
"""
PRODUCTION = {
    "SITE_ORIGIN": "https://career.example.jp", "SECRET_KEY": "Zq3-" * 15 + "x9", "STAFF_MFA": "on", "DEMO": "0", "PATH": "/usr/bin:/bin",
}  # fmt: skip


def in_production(tmp_path, *arguments: str) -> subprocess.CompletedProcess:
    (tmp_path / "static").mkdir(exist_ok=True)
    environ = {
        "VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'production.sqlite3'}",
        **PRODUCTION,
        "DJANGO_SETTINGS_MODULE": "tokyo_career.settings",
    }
    return subprocess.run([sys.executable, *arguments], cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory) -> dict:
    paths = [["/robots.txt", "https"], ["/accounts/login/", "https"], ["/en/nothing/", "https"], ["/healthz", "https"], ["/static/x.css", "https"],
             ["/media/x.webp", "https"], ["/en/", "http"]]  # fmt: skip
    done = in_production(tmp_path_factory.mktemp("production"), "-W", "ignore", "-c", PROBE, json.dumps(paths))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_behind_https_every_answer_asks_for_https_for_a_year_with_subdomains(behind_https):
    for path, (status, headers) in behind_https.items():
        if path.startswith("https:"):
            assert [status < 500, dict(headers).get("Strict-Transport-Security")] == [
                True,
                "max-age=31536000; includeSubDomains; preload",
            ], path


def test_static_and_media_files_carry_what_a_file_needs_and_are_for_no_other_site(behind_https):
    for path in ("https:/static/x.css", "https:/media/x.webp"):
        status, headers = behind_https[path][0], dict(behind_https[path][1])
        assert [status, {name: headers.get(name) for name in FILE_HEADERS}] == [200, FILE_HEADERS], path
        assert not {"Set-Cookie", "Access-Control-Allow-Origin"} & headers.keys(), path


def test_behind_https_plain_http_is_led_to_https(behind_https):
    status, headers = behind_https["http:/en/"]
    assert [status, dict(headers)["Location"]] == [301, "https://career.example.jp/en/"]


def test_behind_https_cookies_are_bound_to_the_host(behind_https):
    cookies = [value for name, value in behind_https["https:/accounts/login/"][1] if name == "Set-Cookie"]
    assert [cookie.strip().split("=")[0] for cookie in cookies] == ["__Host-csrf"]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert all(part in cookie for cookie in cookies)
    assert not any("Domain" in cookie for cookie in cookies)


def test_the_production_settings_pass_the_deployment_check_without_a_warning(tmp_path):
    done = in_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert [done.returncode, done.stdout.strip()] == [0, "System check identified no issues (0 silenced)."], done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", ""), ("SECRET_KEY", "short"), ("STAFF_MFA", "off"), ("SITE_ORIGIN", "career.example.jp")]
)
def test_the_production_start_is_refused_in_a_sentence_when_something_is_odd(tmp_path, monkeypatch, name, value):
    monkeypatch.setitem(PRODUCTION, name, value)
    done = in_production(tmp_path, "manage.py", "check")
    assert done.returncode == 1 and "ImproperlyConfigured" in done.stderr and name in done.stderr


VERIFIED = "sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(
    ("name", "open_line", "mended"),
    [
        ("DATABASE_URL", "postgres://u:p@db.example/n", f"postgres://u:p@db.example/n?{VERIFIED}"),
        ("DATABASE_URL", "postgres://u:p@db.example/n?sslmode=require", f"postgres://u:p@db.example/n?{VERIFIED}"),
        ("CACHE_URL", "redis://cache.example:6379/0", "rediss://cache.example:6379/0"),
        ("CACHE_URL", "rediscache://cache.example:6379/0", "redis://127.0.0.1:6379/0"),
        ("EMAIL_URL", "smtp://u:p@mail.example:587?tls=True", "smtp+tls://u:p@mail.example:587"),
        ("EMAIL_URL", "smtp://u:p@mail.example:25", "smtp+ssl://u:p@mail.example:465"),
        ("STORAGE_ENDPOINT", "http://storage.example", "https://storage.example"),
    ],
)
def test_the_production_start_is_refused_in_a_sentence_when_a_line_to_another_machine_is_open(
    tmp_path, monkeypatch, name, open_line, mended
):
    monkeypatch.setitem(PRODUCTION, name, open_line)
    refused = in_production(tmp_path, "-c", "from django.conf import settings; settings.DEBUG")
    assert refused.returncode == 1 and re.search(rf"ImproperlyConfigured: {name} leads to .+ without ", refused.stderr), refused.stderr
    monkeypatch.setitem(PRODUCTION, name, mended)
    assert in_production(tmp_path, "-c", "from django.conf import settings; settings.DEBUG").returncode == 0


def test_the_database_is_asked_with_the_certificate_that_the_address_names(tmp_path, monkeypatch):
    monkeypatch.setitem(PRODUCTION, "DATABASE_URL", f"postgres://u:p@db.example/n?{VERIFIED}")
    code = "from django.conf import settings; o = settings.DATABASES['default']['OPTIONS']; print(o['sslmode'], o['sslrootcert'], o['connect_timeout'])"
    done = in_production(tmp_path, "-c", code)
    assert done.stdout == "verify-full /etc/ssl/certs/ca-certificates.crt 2\n", done.stderr
