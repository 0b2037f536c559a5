"""nginx with deploy/nginx.conf as it is, its places alone changed, and no app behind it."""

import base64
import hashlib
import http.client
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from benchmarks.fronts import Front, wait_for
from pages.management.commands.check_alarms import certificate_ends
from tests.browser.house import free_port

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx (Debian: nginx-light libnginx-mod-http-brotli-static)")
LIKE_PAGES = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip


@pytest.fixture(scope="module")
def front():
    folder = Path(tempfile.mkdtemp(prefix="tcg-front-"))
    folder.chmod(0o755)
    (folder / "var/static").mkdir(parents=True)
    (folder / "var/static/site.css").write_text("a{}")
    front = Front(folder, [free_port()], var=folder / "var")
    front.open()
    wait_for(lambda: front.ask("/static/site.css").status == 200)
    yield front
    front.stop()
    shutil.rmtree(folder)


def handshake(front, *how: str) -> str:
    """What openssl tells of a handshake."""
    line = ["openssl", "s_client", "-connect", f"127.0.0.1:{front.https}", *how]
    done = subprocess.run(line, input="", capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_browser_speaks_tls_of_today(front, version):
    assert re.search(r"Cipher is \S*GCM", handshake(front, "-servername", "localhost", version))


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_browser_that_speaks_an_old_tls_is_refused(front, version):
    assert "alert protocol version" in handshake(front, "-servername", "localhost", version, "-cipher", "DEFAULT@SECLEVEL=0")


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA", "AES128-GCM-SHA256"])
def test_browser_that_knows_only_weak_ciphers_is_refused(front, cipher):
    told = handshake(front, "-servername", "localhost", "-tls1_2", "-cipher", f"{cipher}@SECLEVEL=0")
    assert "alert handshake failure" in told


def test_whoever_asks_for_another_name_sees_no_certificate(front):
    told = handshake(front, "-servername", "evil.example")
    assert "unrecognized name" in told and "no peer certificate available" in told


def test_visitor_by_plain_http_is_led_to_the_same_address_by_https(front):
    plain = http.client.HTTPConnection("127.0.0.1", front.http, timeout=5)
    plain.request("GET", "/ja/people/?work=it", headers={"Host": "evil.example"})
    answer = plain.getresponse()
    plain.close()
    assert [answer.status, answer.headers["Location"]] == [301, f"{front.origin}/ja/people/?work=it"]


@pytest.mark.parametrize("path", ["/ja/about/", "/en/desk/ask/", "/admin/", "/healthz"])
def test_visitor_reads_a_page_in_both_languages_while_nothing_answers_behind(front, path):
    answer = front.ask(path)
    assert [answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]] == [503, "5", "no-store"]
    assert all(words in answer.body.decode() for words in ("もう一度お試しください", "try again"))
    assert {name: answer.headers[name] for name in LIKE_PAGES} == LIKE_PAGES


@pytest.mark.parametrize(("language", "words"), [("ja", "少しお待ちください"), ("en", "Please wait a moment")])
def test_visitor_who_searches_too_fast_is_asked_to_wait_in_the_language_of_the_page(front, language, words):
    answers = [front.ask(f"/{language}/search/?q=flood{number}") for number in range(80)]
    answer = next(answer for answer in answers if answer.status == 429)
    assert words in answer.body.decode() and answer.headers["Retry-After"] == "5"
    assert {name: answer.headers[name] for name in LIKE_PAGES} == LIKE_PAGES


def test_the_policy_of_these_pages_allows_their_style_and_nothing_else(front):
    answer = front.ask("/en/about/")
    style = re.search(r"<style>(.*?)</style>", answer.body.decode(), re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    assert answer.headers["Content-Security-Policy"] == allowed
    assert [file.read_text().count(style) for file in Path("deploy").glob("*.html")] == [1, 1, 1]


def test_a_file_of_the_front_server_is_no_page_and_for_no_other_site(front):
    headers = front.ask("/static/site.css").headers
    names = ("Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Strict-Transport-Security", "Server")
    assert [headers[name] for name in names] == [
        "default-src 'none'; frame-ancestors 'none'; sandbox", "nosniff", "same-origin", LIKE_PAGES["Strict-Transport-Security"], "nginx",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/.git/config", "/static/../site.log", "/media/", "/static/"])
def test_no_listing_and_no_file_beside_the_two_folders_is_handed_out(front, path):
    assert front.ask(path).status in (400, 403, 404, 503)


def test_administrator_is_told_of_a_certificate_that_ends_or_that_no_browser_takes(front, settings, monkeypatch):
    settings.IS_HTTPS, settings.SITE_ORIGIN = True, front.origin
    assert "gives no certificate that a browser takes" in certificate_ends()[0]
    monkeypatch.setenv("SSL_CERT_FILE", str(front.folder / "fullchain.pem"))
    assert certificate_ends() == ["The certificate ends in 1 days."]
