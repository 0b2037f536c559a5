"""Whatever strangers send to a public address or form, in its address, headers or body, the answer is a calm one, never a fault of ours."""

import os
import time
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import visitors
from desk.models import CaseLink
from events.models import Event
from tests import factories
from tests.pages_of import LISTS, address

pytestmark = pytest.mark.django_db
CALM = {200, 204, 301, 302, 304, 400, 403, 404, 405, 410, 413, 415, 429}
often = settings(
    max_examples=int(os.environ.get("EXAMPLES", "40")), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

NASTY = [
    "", " ", "\x00", "a\x00b", "\r\nX-Evil: 1", "\n", "\u2028", "\u202eevil", "\ud800", "\ufffe", "\ufeff", "😀" * 50, "é", "e\u0301" * 40, "１２３", "٣",
    "½", "-1", "0", "1e999", "NaN", "9" * 30, "9" * 5_000, "true", "null", "None", "[]", "{}", "a" * 1_999, "あ" * 700, "%00", "%0d%0a", "%ff", "%", "%%",
    "'", '"', "' OR 1=1 --", "'; DROP TABLE desk_case; --", "\\", "$$", "*/", "_%", "<script>alert(1)</script>", "</title><svg onload=alert(1)>",
    "{{ 7*7 }}", "{% debug %}", "${7*7}", "../../../etc/passwd", "file:///etc/passwd", "javascript:alert(1)", "//evil.example", "http://[::1", "=1+1",
    "a@b", "a@b@c.example", '"a b"@example.org', "a@example.org\nBcc: x@evil.example", "x" * 300 + "@example.org", "+" * 40, "2026-02-30", "0000-00-00",
    "99999-01-01", "VN", "vn", "zz", "question/x", "page/", "1a", "on",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.text(st.characters(codec="utf-8", categories=["Cc", "Cf", "Zs", "Zl", "Lo", "So"]), max_size=20),
)
NAMES = [
    "q", "page", "from", "work", "level", "road", "size", "interview", "video", "field", "language", "country", "area", "done", "open", "topic", "sent",
    "number", "next", "rubbish",
]  # fmt: skip
queries = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=5)
latin = st.one_of(
    st.sampled_from([text for text in NASTY if all(ord(letter) < 256 for letter in text)]),
    st.text(st.characters(max_codepoint=255), max_size=60),
)
HEADERS = [
    "HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE",
    "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_ORIGINAL_URL",
    "HTTP_X_REQUEST_ID", "HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_SEC_FETCH_SITE", "HTTP_AUTHORIZATION", "CONTENT_TYPE", "REMOTE_ADDR",
]  # fmt: skip
PAGES = [
    *sorted({page.partition("?")[0] for page in LISTS}),
    "events/calendar.ics",
    "feed.xml",
    "people/nobody/",
    "desk/ask/",
    "agencies/apply/done/",
]
FORMS = ["desk/ask/", "agencies/apply/", "register"]
STAFF = [
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/2fa/authenticate/",
    "/accounts/signup/",
    "/admin/login/",
    "/accounts/reauthenticate/",
]


@pytest.fixture
def stranger():
    """A browser that passes a fault of ours on as what it is."""
    cache.clear()
    return Client()


def encoded(pairs) -> str:
    return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)


@often
@given(page=st.sampled_from(PAGES), language=st.sampled_from(["ja", "en"]), query=queries)
@example(page="search/", language="ja", query=[("q", "'"), ("page", "9" * 5_000)])
def test_visitor_gets_a_calm_answer_to_any_query(stranger, page, language, query):
    response = stranger.get(f"/{language}/{page}?{encoded(query)}")
    assert response.status_code in CALM


@often
@given(query=st.binary(max_size=80), page=st.sampled_from(PAGES))
def test_visitor_gets_a_calm_answer_to_a_query_of_raw_bytes(stranger, page, query):
    response = stranger.get(f"/en/{page}", QUERY_STRING=query.decode("latin-1"))
    assert response.status_code in CALM


@often
@given(
    parts=st.lists(
        st.one_of(texts, st.sampled_from(["en", "ja", "people", "desk", "case", "events", "admin", "accounts", "preview", "static", ".."])),
        max_size=6,
    )
)
def test_visitor_gets_a_calm_answer_at_any_address(stranger, parts):
    path = "/" + "/".join(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in parts)
    for response in (stranger.get(path), stranger.get(f"{path}/"), stranger.post(path)):
        assert response.status_code in CALM


@often
@given(path=st.binary(max_size=60))
def test_visitor_gets_a_calm_answer_at_an_address_of_raw_bytes(stranger, path):
    response = stranger.get("/", PATH_INFO="/" + path.decode("latin-1"))
    assert response.status_code in CALM


@often
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), latin, max_size=6),
    page=st.sampled_from(["/", "/en/", "/ja/desk/ask/", "/en/search/", "/robots.txt", "/accounts/login/", "/admin/"]),
)
@example(headers={"HTTP_HOST": "evil.example:99999"}, page="/")
@example(headers={"HTTP_COOKIE": "session=\x00; csrf=\xff; messages=x"}, page="/admin/")
def test_visitor_gets_a_calm_answer_whatever_the_headers_say(headers, page):
    response = Client().get(page, **headers)
    assert response.status_code in CALM
    assert "evil.example" not in response.headers.get("Location", "")


@often
@given(
    host=st.one_of(
        latin,
        st.sampled_from(
            ["evil.example", "127.0.0.1:8000@evil.example", "127.0.0.1.evil.example", "127.0.0.1:8000:1", "[::1]", "localhost\t"]
        ),
    )
)
def test_a_host_that_is_not_ours_is_never_part_of_an_answer(stranger, host):
    response = stranger.get("/en/", HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example", HTTP_X_ORIGINAL_URL="/admin/")
    assert response.status_code in (200, 400)
    assert b"evil.example" not in response.content


def fields(path: str) -> list[str]:
    return list(Client().get(path).context["form"].fields)


def stamp() -> str:
    return visitors.SIGNER.sign(f"{int(time.time()) - 60}.hostile{next(factories.count)}")


@often
@given(data=st.data(), form=st.sampled_from(FORMS), language=st.sampled_from(["ja", "en"]))
def test_visitor_gets_a_calm_answer_to_any_words_in_a_form(data, form, language):
    cache.clear()
    path = address(form, language)
    names = fields(path)
    words = {name: data.draw(st.one_of(texts, st.lists(texts, max_size=3))) for name in names}
    stamps = {"stamp": stamp(), "website": ""} if data.draw(st.booleans()) else {}
    pairs = [(name, value) for name, values in {**words, **stamps}.items() for value in (values if isinstance(values, list) else [values])]
    response = Client().post(path, encoded(pairs), content_type="application/x-www-form-urlencoded")
    assert response.status_code in CALM


SOUND = {
    "desk/ask/": {
        "topic": "visa",
        "question": "How long?",
        "name": "Mai",
        "email": "mai@example.org",
        "country": "VN",
        "consent": "on",
        "channel": "mail",
    },
    "register": {"name": "Mai", "email": "mai@example.org", "language": "en", "consent": "on"},
}


@often
@given(data=st.data(), form=st.sampled_from(sorted(SOUND)))
def test_visitor_gets_a_calm_answer_to_one_odd_word_in_a_sound_form(data, form):
    cache.clear()
    name = data.draw(st.sampled_from(sorted(SOUND[form])))
    words = {**SOUND[form], name: data.draw(texts), "stamp": stamp(), "website": ""}
    response = Client().post(address(form, "en"), encoded(words.items()), content_type="application/x-www-form-urlencoded")
    assert response.status_code in CALM


@pytest.fixture
def private_paths():
    case = factories.case()
    event = next(event for event in Event.objects.published() if event.places == "free")
    person = event.register("Mai", "mai@example.org", "en", notice="2026-11")
    return [case.private_path(CaseLink.issue(case=case)), person.private_path()]


@often
@given(
    words=st.dictionaries(
        st.sampled_from(["deed", "body", "words", "rating", "sure", "name", "language", "questions", "erase", "cancel", "stamp"]), texts
    ),
    place=st.integers(0, 1),
)
def test_owner_of_a_private_page_gets_a_calm_answer_to_any_words(private_paths, words, place):
    cache.clear()
    pairs = {"stamp": stamp(), "website": "", **words}.items()
    response = Client().post(private_paths[place], encoded(pairs), content_type="application/x-www-form-urlencoded")
    assert response.status_code in CALM


@often
@given(
    path=st.sampled_from(STAFF),
    words=st.dictionaries(st.sampled_from(["login", "password", "email", "code", "next", "credential", "remember"]), texts),
)
def test_stranger_at_the_door_of_the_staff_gets_a_calm_answer_to_any_words(path, words):
    cache.clear()
    response = Client().post(path, encoded(words.items()), content_type="application/x-www-form-urlencoded")
    assert response.status_code in CALM
    assert "evil.example" not in response.headers.get("Location", "")


KINDS = [
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 300,
    "application/json", "application/csp-report", "application/reports+json", "text/plain; charset=utf-7", "application/x-www-form-urlencoded; charset=rubbish",
    "", "\xff", "a/b;" * 50,
]  # fmt: skip
PLACES = ["/en/desk/ask/", "/ja/agencies/apply/", "/accounts/login/", "/csp-report", "/en/search/", "/preview/x/"]
parts = st.binary(max_size=200) | st.sampled_from(
    [
        b"--x\r\n",
        b"--x--",
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="../../a"\r\n\r\nx\r\n--x--',
        b"a=1&" * 1_001,
        b"%" * 99,
    ]
)


@often
@given(path=st.sampled_from(PLACES), kind=st.sampled_from(KINDS), body=parts)
def test_stranger_gets_a_calm_answer_to_any_body_of_any_kind(path, kind, body):
    cache.clear()
    response = Client().generic("POST", path, body, content_type=kind)
    assert response.status_code in CALM


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "G\u00cbT", "x" * 50]
)
def test_stranger_gets_a_calm_answer_to_any_method(stranger, method):
    for path in ("/", "/en/", "/en/desk/ask/", "/csp-report", "/accounts/login/", "/admin/", "/.well-known/security.txt", "/healthz"):
        response = stranger.generic(method, path)
        assert response.status_code in CALM
        assert method != "TRACE" or response.status_code != 200 or "TRACE" not in response.content.decode()
