"""Whole pages, rendered once per edition of the site and kept compressed in each worker, in front of Django."""

import gzip
import hashlib
import re
import secrets
import time
import zlib
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from urllib.parse import unquote_plus

import brotli
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http.request import split_domain_port, validate_host

from core.edition import UNSAID, Present, present, seen_at

READ = frozenset(
    "page q from work level road size interview video field language area country done open topic sent number".split()  # noqa: SIM905
)
"""Every parameter that some page reads. A request with one of them is not kept; all other names are ignored."""

EXEMPT = (*settings.STAFF_PATHS, "/static/", "/media/", "/healthz", "/readyz")
NONSENSE = ("\x00", "%00", "\r", "\n", "%0a", "%0d", "%0A", "%0D")
LONGEST_ADDRESS = 2_000
REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
OWN_HEADERS = {"content-encoding", "content-length", "etag", "vary"}
PERSONAL = {"HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"}
PEOPLE = "/people/"
ASK_AGAIN = 5
"""Seconds after which a database that did not answer is asked again."""

SILENCE = (DatabaseError, InterfaceError)
DAMAGE = (zlib.error, EOFError, OSError)


def is_nonsense(address: str) -> bool:
    """Whether an address has NUL or line breaks or more than 2,000 characters."""
    return len(address) > LONGEST_ADDRESS or any(part in address for part in NONSENSE)


def asks_something(query: str) -> bool:
    """Whether some page reads one of the parameters."""
    return any(unquote_plus(part.partition("=")[0]) in READ for part in query.split("&"))


@lru_cache(maxsize=64)
def is_our_host(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """``br``, ``gzip`` or ``identity`` for an Accept-Encoding header (RFC 9110, 12.5.3)."""
    offers = {name.strip(): weight.replace(" ", "") for name, _semicolon, weight in (part.partition(";") for part in accepted.split(","))}
    return next((coding for coding in ("br", "gzip") if coding in offers and not re.fullmatch(r"q=0(\.0*)?", offers[coding])), "identity")


class Kept:
    """One page as it is sent: headers and bytes in two codings."""

    def __init__(self, edition: int, headers: list, body: bytes):
        self.edition = edition
        self.etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self.headers = [(name, value) for name, value in headers if name.lower() not in OWN_HEADERS]
        self.headers += [("ETag", self.etag), ("Vary", "Accept-Encoding")]
        self.copies = {"br": brotli.compress(body, quality=5), "gzip": gzip.compress(body, 6, mtime=0)}
        self.size = sum(map(len, self.copies.values())) + 4_096

    @property
    def validators(self) -> list:
        return [pair for pair in self.headers if pair[0] not in ("Content-Type", "Content-Language")]

    def is_known_to(self, environ: dict) -> bool:
        """Whether the reader has this very page already (RFC 9110, 13.1.2)."""
        tags = environ.get("HTTP_IF_NONE_MATCH", "")
        return tags == self.etag or tags == "*" or self.etag[2:] in (tag.strip().removeprefix("W/") for tag in tags.split(","))

    def sent_as(self, coding: str) -> tuple[list, bytes]:
        """Headers and bytes. Raises zlib.error, EOFError or OSError when the copy is damaged."""
        body = self.copies.get(coding) or gzip.decompress(self.copies["gzip"])
        encoding = [("Content-Encoding", coding)] if coding in self.copies else []
        return [*self.headers, *encoding, ("Content-Length", str(len(body)))], body


def unpacked(headers: list, body: bytes) -> bytes:
    """The bytes of an answer before its coding."""
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    return brotli.decompress(body) if coding == "br" else gzip.decompress(body) if coding == "gzip" else body


def may_keep(status: str, headers: list) -> bool:
    """Whether an answer is the same for everybody: no token, no cookie, nothing personal (the views say so)."""
    found = {name.lower(): value for name, value in headers}
    is_private = any(word in found.get("cache-control", "") for word in ("private", "no-store"))
    varies = set(found.get("vary", "").lower().replace(" ", "").split(",")) - {"", "accept-encoding"}
    return status.startswith("200") and not is_private and not varies and "set-cookie" not in found


class KeptPages:
    """The WSGI application in front of Django: answers with kept pages and keeps what may be kept.

    ``room``: bytes of pages that one worker keeps; the page asked for longest ago goes first.
    """

    def __init__(self, application, room: int):
        self.application, self.room = application, room
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        self.taken, self.lock, self.ask_at = 0, Lock(), 0.0
        self.refuge: dict[str, Kept] = {}
        self.number = self.refuge_of = UNSAID
        self.https = settings.SECURE_PROXY_SSL_HEADER if settings.SECURE_SSL_REDIRECT else None

    def __call__(self, environ, start_response):
        number = environ.get("HTTP_X_REQUEST_ID", "")
        number = number if REQUEST_ID.fullmatch(number) else secrets.token_hex(8)
        environ["HTTP_X_REQUEST_ID"] = number

        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, ("X-Request-ID", number)], exc_info)

        if not self.may_answer(environ):
            return self.application(environ, start)
        return self.answer(environ, start)

    def may_answer(self, environ) -> bool:
        """Whether this is a page by its method, host, path and query."""
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not path.startswith(EXEMPT)
            and (not query or not (asks_something(query) or is_nonsense(path + query)))
            and is_our_host(environ.get("HTTP_HOST", ""))
            and (self.https is None or environ.get(self.https[0]) == self.https[1])
        )

    def answer(self, environ, start):
        edition, kept = self.edition(), self.kept(environ["PATH_INFO"])
        if edition is None:
            return self.last_copy(environ, start, kept) or self.application(environ, start)
        if kept is not None and kept.edition == edition.number:
            try:
                return self.send(kept, environ, start)
            except DAMAGE:
                self.drop(environ["PATH_INFO"])
        return self.render(environ, start, edition, kept)

    def edition(self) -> Present | None:
        """The edition of this moment; None while the database does not answer, which is asked again after 5 seconds."""
        if time.monotonic() < self.ask_at:
            return None
        had_line = connection.connection is not None
        for _try in range(1 + had_line):  # a line that was open may have been cut long ago: ask once more
            try:
                found = present()
            except SILENCE:
                connection.close()
            else:
                seen_at.set(found.seen_at)
                self.number = found.number
                return found
        self.ask_at = time.monotonic() + ASK_AGAIN
        return None

    def render(self, environ, start, edition: Present, kept: Kept | None):
        """Ask Django for the page, keep what may be kept; when the database fails meanwhile, the last copy."""
        status, headers, body = self.ask_django(environ)
        is_away = status.startswith("503")
        if is_away and (copy := self.last_copy(environ, start, kept)):
            return copy
        if edition.number != UNSAID and may_keep(status, headers):
            page = Kept(edition.number, headers, unpacked(headers, body))
            self.keep(environ["PATH_INFO"], page)
            self.prepare_refuge(environ, edition.number)
            return self.send(page, environ, start)
        if not is_away:
            self.drop(environ["PATH_INFO"])
        start(status, headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def ask_django(self, environ, **changes) -> tuple[str, list, bytes]:
        """Status line, headers and bytes for a stranger without cookies."""
        told: list = []
        asked = {name: value for name, value in environ.items() if name not in PERSONAL}
        answer = self.application({**asked, "REQUEST_METHOD": "GET", "QUERY_STRING": "", **changes}, lambda *start: told.extend(start[:2]))
        try:
            return told[0], told[1], b"".join(answer)
        finally:
            getattr(answer, "close", list)()

    @staticmethod
    def send(page: Kept, environ, start):
        if page.is_known_to(environ):
            start("304 Not Modified", page.validators)
            return [b""]
        headers, body = page.sent_as(coding_of(environ.get("HTTP_ACCEPT_ENCODING", "")))
        start("200 OK", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def last_copy(self, environ, start, kept: Kept | None):
        """Without the database: the page as it was, else the page for bad lines as 503; None when there is neither.

        A person may have withdrawn meanwhile, so of their pages only copies of the last edition that was seen are shown.
        """
        path = environ["PATH_INFO"]
        if kept is not None and (kept.edition == self.number or not path[3:].startswith(PEOPLE)):
            return self.send(kept, environ, start)
        refuge = self.refuge.get(path[1:3]) or self.refuge.get(settings.LANGUAGE_CODE)
        if refuge is None:
            return None
        headers, body = refuge.sent_as(coding_of(environ.get("HTTP_ACCEPT_ENCODING", "")))
        kept_headers = [pair for pair in headers if pair[0] not in ("Cache-Control", "ETag")]
        start("503 Service Unavailable", [*kept_headers, ("Cache-Control", "no-store"), ("Retry-After", str(ASK_AGAIN))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def prepare_refuge(self, environ, number: int) -> None:
        """Have the page for bad lines, with the phone number of the desk, ready in each language."""
        if self.refuge_of != number:
            self.refuge_of = number
            for language, _name in settings.LANGUAGES:
                status, headers, body = self.ask_django(environ, PATH_INFO=f"/{language}/offline/")
                if may_keep(status, headers):
                    self.refuge[language] = Kept(number, headers, unpacked(headers, body))

    def kept(self, path: str) -> Kept | None:
        with self.lock:
            if path in self.pages:
                self.pages.move_to_end(path)
            return self.pages.get(path)

    def keep(self, path: str, page: Kept) -> None:
        self.drop(path)
        with self.lock:
            self.pages[path] = page
            self.taken += page.size
            while self.taken > self.room:
                self.taken -= self.pages.popitem(last=False)[1].size

    def drop(self, path: str) -> None:
        with self.lock:
            page = self.pages.pop(path, None)
            self.taken -= page.size if page else 0
