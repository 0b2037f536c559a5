import base64
import hashlib
import re

import pytest

pytestmark = pytest.mark.django_db


def test_public_pages_carry_the_strict_policy_and_the_hashes_of_their_styles(client, language):
    response = client.get(f"/{language}/")
    policy = response.headers["Content-Security-Policy"]
    styles = re.findall(r"<style>(.*?)</style>", response.content.decode(), re.S)
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    allowed = re.search(r"style-src ([^;]+)", policy)[1].split()
    assert len(digests) == 3
    assert {f"'sha256-{digest}'" for digest in digests} <= set(allowed)
    assert all(source.startswith("'sha256-") for source in allowed)
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy and "nonce" not in policy


@pytest.mark.parametrize(
    "path", ["/en/", "/en/nothing/", "/en/%00/", "/robots.txt", "/sitemap.xml", "/en/feed.xml", "/admin/login/", "/accounts/login/"]
)
def test_every_answer_carries_the_common_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_the_admin_speaks_japanese_whatever_the_browser_says(client):
    page = client.get("/accounts/login/", headers={"accept-language": "en"}).content.decode()
    assert 'lang="ja"' in page


def test_the_admin_has_no_unsafe_policy(as_editor):
    for path in ("/admin/", "/admin/faq/question/add/", "/admin/interviews/person/"):
        policy = as_editor.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "script-src 'self'" in policy


def test_a_foreign_host_is_refused(client):
    assert client.get("/en/", headers={"host": "evil.example"}).status_code == 400


def test_pages_come_as_brotli_or_gzip_as_the_reader_likes(client):
    answers = [client.get("/en/", headers={"accept-encoding": wanted}) for wanted in ("gzip, br", "gzip", "identity")]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["br", "gzip", None]


def test_a_page_that_did_not_change_is_not_sent_again(client):
    first = client.get("/en/steps/")
    again = client.get("/en/steps/", headers={"if-none-match": first.headers["ETag"]})
    assert [again.status_code, again.content] == [304, b""]
