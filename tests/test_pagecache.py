"""Kept pages: what is served without Django, when it is made anew, and what happens when something fails."""

import gzip
import re

import brotli
import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from core.edition import EPOCH, UNSAID, Edition, Present, present, read_edition, seen_at
from core.pagecache import READ, Kept, asks_something, coding_of
from faq.models import Category
from interviews.models import Consent, Person
from pages.models import Notice
from tests.pages_of import FORMS, LISTS, address, paths
from tests.test_architecture import ROOT
from tests.worker import Reader

pytestmark = pytest.mark.django_db
PUBLIC = ("agencies", "desk", "events", "faq", "guide", "interviews", "pages", "search", "steps")
VIEWS = ("views.py", "registering.py")


def silence(monkeypatch) -> None:
    """The database answers nothing, as psycopg tells it."""

    def refuse(*args, **kwargs):
        raise OperationalError("no answer")

    monkeypatch.setattr(type(connections["default"]), "cursor", refuse)
    monkeypatch.setattr(type(connections["default"]), "close", lambda self: None)


@pytest.mark.parametrize("path", [path for path in paths() if path not in FORMS and "?" not in path])
def test_reader_gets_each_page_from_the_worker_the_second_time_as_django_made_it(reader, client, path, language):
    url = address(path, language)
    plain = client.get(url).content
    reader.get(url)
    asked = len(reader.rendered)
    for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
        status, headers, body = reader.get(url, accept_encoding=coding)
        assert (status, unpack(body)) == (200, plain)
        assert headers["Content-Length"] == str(len(body))
        assert headers.get("Content-Encoding", "identity") == coding
    assert len(reader.rendered) == asked


def test_a_kept_page_has_every_header_that_django_gave_it(reader, client):
    made = client.get("/ja/").headers
    for _time in range(2):
        _status, headers, _body = reader.get("/ja/", accept_encoding="br")
        assert {name: headers[name] for name in made if name not in ("Content-Length", "ETag")} == {
            name: value for name, value in made.items() if name not in ("Content-Length", "ETag")
        } | {"Vary": "Accept-Encoding", "Content-Security-Policy": headers["Content-Security-Policy"]}
    assert headers["Cache-Control"] == "max-age=0, must-revalidate, s-maxage=1"
    assert sorted(headers["Content-Security-Policy"].split("; ")) == sorted(made["Content-Security-Policy"].split("; "))


def test_every_answer_has_a_request_number_which_the_front_server_may_give(reader):
    assert reader.get("/en/", x_request_id="from-the-front_1")[1]["X-Request-ID"] == "from-the-front_1"
    asked = [("/en/", "no\tnumber"), ("/en/", "caf\u00e9"), ("/healthz", "a" * 65), ("/en/nothing/", "")]
    numbers = {reader.get(path, x_request_id=given)[1]["X-Request-ID"] for path, given in asked}
    assert len(numbers) == 4 and all(len(number) == 16 for number in numbers)


def test_reader_who_has_the_page_is_told_that_it_did_not_change(reader):
    etag = reader.get("/en/faq/")[1]["ETag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        status, headers, body = reader.get("/en/faq/", if_none_match=known)
        assert (status, body, headers["ETag"], headers["Vary"]) == (304, b"", etag, "Accept-Encoding")
    assert reader.get("/en/faq/", if_none_match='W/"other"')[0] == 200
    assert reader.get("/en/faq/", method="HEAD")[2] == b""


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("br", "br"), ("gzip, deflate, br;q=1.0", "br"), ("br;q=0, gzip", "gzip"), ("br;q=0.000,gzip;q=0", "identity"), ("", "identity")],
)
def test_reader_gets_the_coding_that_they_accept(accepted, coding):
    assert coding_of(accepted) == coding


def test_parameters_that_no_page_reads_change_nothing_and_those_that_pages_read_reach_django(reader):
    reader.get("/en/people/")
    asked = len(reader.rendered)
    for query in ("utm_source=x", "fbclid=1&gclid=2", "&&=", "pagee=2", *(f"junk{number}=1" for number in range(50))):
        assert reader.get(f"/en/people/?{query}")[0] == 200
    assert (len(reader.rendered), len(reader.worker.pages)) == (asked, 1)
    assert reader.get("/en/people/?utm_source=x&from=VN")[2] != reader.get("/en/people/")[2]
    assert reader.get("/en/people/?utm_source=%00")[0] == 400
    assert len(reader.rendered) == asked + 2 and len(reader.worker.pages) == 1
    assert [asks_something(query) for query in ("%71=visa", "q", "x=1&open=a", "utm=q")] == [True, True, True, False]


def test_the_layer_knows_every_parameter_that_a_public_view_reads():
    sources = "".join(file.read_text() for app in PUBLIC for file in (ROOT / app).glob("*.py") if file.name in VIEWS)
    asked = re.findall(r"""(?:GET\.get(?:list)?\(|Facet\(\s*|GET\[)"(\w+)"|"(\w+)" in request\.GET""", sources)
    names = {name for pair in asked for name in pair if name}
    assert {"q", "page", "from", "open", "sent"} <= names <= READ


@pytest.mark.parametrize("path", [*FORMS, *(path for path in LISTS if "?" in path)])
def test_forms_and_answers_to_questions_are_kept_by_no_worker(reader, path, language):
    assert reader.get(address(path, language))[0] == 200
    assert list(reader.worker.pages) == []


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/en/people/nobody/", "/admin/", "/accounts/login/"])
def test_redirects_errors_health_and_the_house_are_kept_by_no_worker(reader, path):
    reader.get(path)
    assert list(reader.worker.pages) == []


def test_a_page_made_for_somebody_with_a_cookie_is_the_page_of_everybody(reader):
    first = reader.get("/en/", cookie="session=abc")[2]
    assert first == reader.get("/en/")[2]


def test_a_worker_behind_tls_answers_with_kept_pages_only_who_came_by_tls(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    seen_at.set(EPOCH)
    reader = Reader()
    told = [reader.get("/en/faq/", **headers)[0] for headers in ({"x_forwarded_proto": "https"}, {}, {"x_forwarded_proto": "https"})]
    assert (told, reader.rendered.count("/en/faq/")) == ([200, 301, 200], 2)


def test_a_foreign_host_is_refused_beside_a_kept_page(reader):
    reader.get("/en/")
    assert reader.get("/en/", host="evil.example")[0] == 400


def test_readers_keep_their_pages_while_the_database_is_away(reader, monkeypatch):
    pages = {path: reader.get(path)[2] for path in ("/ja/", "/en/faq/visa/", "/en/people/")}
    Notice.objects.create(slug="new", title_en="New", title_ja="新着", published_at=timezone.now())
    silence(monkeypatch)
    assert {path: reader.get(path)[2] for path in pages} == pages
    assert {reader.get(path)[0] for path in pages} == {200}


def test_pages_of_people_older_than_the_last_edition_are_not_shown_without_the_database(reader, monkeypatch):
    url = Person.objects.get(pk=1).addresses()[1]
    reader.get(url)
    Consent.objects.get(person=1).withdraw()
    reader.get("/en/faq/")
    silence(monkeypatch)
    assert [reader.get(url)[0], reader.get("/en/faq/")[0]] == [503, 200]


def test_a_database_that_was_silent_is_asked_again_after_five_seconds(reader, monkeypatch):
    reader.get("/en/faq/")
    with monkeypatch.context() as broken:
        silence(broken)
        reader.get("/en/faq/")
        assert reader.worker.ask_at > 0
    Category.objects.filter(slug="visa").update(title_en="Another name")
    assert "Another name" not in reader.page("/en/faq/")
    reader.worker.ask_at -= 5
    assert "Another name" in reader.page("/en/faq/")


def test_reader_without_a_kept_page_and_without_the_database_gets_a_503_with_the_telephone(reader, monkeypatch, language):
    reader.get(f"/{language}/faq/")
    silence(monkeypatch)
    status, headers, body = reader.get(f"/{language}/guide/")
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "no-store")
    assert "tel:+81" in body.decode() and f'<html lang="{language}">' in body.decode()


def test_a_form_sent_while_the_database_is_away_gets_a_503_with_the_telephone(client, monkeypatch):
    client.get("/en/desk/")
    client.raise_request_exception = False
    silence(monkeypatch)
    answer = client.get("/en/search/?q=visa")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "tel:+81" in answer.content.decode() and "データベース" in answer.content.decode()


def test_an_edition_that_cannot_be_raised_slows_pages_and_keeps_none(reader, monkeypatch):
    reader.get("/en/faq/")
    Category.objects.filter(slug="visa").update(title_en="Another name")

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    Edition.objects.update(seen_at=timezone.now())
    seen = read_edition().seen_at
    monkeypatch.setattr("core.edition.next_change", full)
    assert "Another name" in reader.page("/en/faq/")
    assert list(reader.worker.pages) == []
    assert present() == Present(UNSAID, None, seen)
    monkeypatch.setattr("core.edition.read_edition", lambda: None)
    monkeypatch.setattr("core.edition._move_on", full)
    assert present() == Present(UNSAID, None, EPOCH)


def test_a_damaged_copy_is_dropped_and_the_page_made_anew(reader):
    whole = reader.get("/en/faq/")[2]
    kept = reader.worker.pages["/en/faq/"]
    kept.copies["gzip"] = kept.copies["gzip"][:-20] + b"x" * 20
    assert reader.get("/en/faq/")[2] == whole
    assert reader.worker.pages["/en/faq/"] is not kept


def test_a_worker_keeps_the_pages_asked_for_last_within_its_room():
    page = Kept(1, [], b"word " * 100)
    reader = Reader(room=3 * page.size)
    for path in ("a", "b", "c"):
        reader.worker.keep(path, Kept(1, [], b"word " * 100))
    reader.worker.kept("a")
    reader.worker.keep("d", page)
    reader.worker.keep("d", page)
    assert (list(reader.worker.pages), reader.worker.taken) == (["c", "a", "d"], 3 * page.size)


def test_client_without_the_layer_gets_the_same_cache_rule():
    assert Client().get("/en/").headers["Cache-Control"] == "max-age=0, must-revalidate, s-maxage=1"
