"""Looks at the addresses outside this site that content leads to, without ever asking a machine that is not public."""

import http.client
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PORTS = {"http": 80, "https": 443}
REDIRECTS = 3
SECONDS = 5
ADDRESS = re.compile(r"""https?://[^\s"'<>]+""")


class LinkFault(models.Model):
    """An address on a page, in a language, that could not be reached at the last check."""

    page_model = models.CharField(max_length=40)
    page_id = models.BigIntegerField()
    language = models.CharField(_("language"), max_length=2, blank=True)
    url = models.URLField(_("address"), max_length=500)
    problem = models.CharField(_("problem"), max_length=200)
    since = models.DateTimeField(_("since"), default=timezone.now)
    checked_at = models.DateTimeField(_("checked at"), default=timezone.now)

    class Meta:
        verbose_name = _("broken link")
        verbose_name_plural = _("broken links")
        ordering = ["page_model", "page_id", "language"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["page_model", "page_id", "language", "url"], name="one_fault_a_link")]

    def __str__(self):
        return self.url


class Refused(Exception):
    """The address may not be asked, or did not answer as a page should; the text says why."""


@dataclass(frozen=True)
class Place:
    """A checked address: the host to name and the public IP address to connect to."""

    scheme: str
    host: str
    address: str
    path: str


def place_of(url: str) -> Place:
    """Resolve an address. Raises Refused unless it is http(s) on its own port and every IP address behind it is public."""
    parts = parts_of(url)
    port = PORTS[parts.scheme]
    allowed = f"{parts.hostname}:{parts.port}" in settings.LINK_CHECK_ALSO
    if (parts.port or port) != port and not allowed:
        raise Refused("port not allowed")
    try:
        found = {info[4][0] for info in socket.getaddrinfo(parts.hostname, parts.port or port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused("the name does not resolve") from error
    if not allowed and not all(is_public(address) for address in found):
        raise Refused("not a public address")
    path = parts.path or "/"
    return Place(parts.scheme, parts.netloc, sorted(found)[0], f"{path}?{parts.query}" if parts.query else path)


def parts_of(url: str) -> SplitResult:
    """The parts of an http(s) address. Raises Refused for anything else."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError as error:
        raise Refused("not an address") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise Refused("only http and https")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is global; one mapped into IPv6 is judged by what it maps."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return mapped.is_global and not mapped.is_multicast


def connection_to(place: Place) -> http.client.HTTPConnection:
    """A connection to the very address that was checked; TLS still proves the name."""
    host, _colon, port = place.host.partition(":")
    port = int(port or PORTS[place.scheme])
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    connection.sock = socket.create_connection((place.address, port), timeout=SECONDS)
    if place.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    return connection


def ask(place: Place) -> tuple[int, str]:
    """Status and Location of a GET; the body is not read."""
    connection = connection_to(place)
    try:
        connection.request("GET", place.path, headers={"Host": place.host, "User-Agent": "TOKYO-CAREER-GUIDE link check", "Accept": "*/*"})
        response = connection.getresponse()
        return response.status, response.headers.get("Location", "")
    finally:
        connection.close()


def problem_of(url: str) -> str:
    """Why an address cannot be reached; empty when it can."""
    try:
        for _hop in range(REDIRECTS + 1):
            status, location = ask(place_of(url))
            if status not in (301, 302, 303, 307, 308) or not location:
                return "" if status < 400 else f"HTTP {status}"
            url = urljoin(url, location)
    except Refused as refused:
        return str(refused)
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({type(error).__name__})"
    return "too many redirects"


def addresses_in(row) -> set[str]:
    """The outside addresses in one row's fields and rich texts, each as (language, address)."""
    found = set()
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and "://" in value:
            language = field.name[-2:] if field.name[-3:] in ("_ja", "_en") else ""
            base_is_translated = any(f.name == f"{field.name}_ja" for f in row._meta.concrete_fields)
            found |= (
                set() if base_is_translated else {(language, url.replace("&amp;", "&").rstrip(".,)")) for url in ADDRESS.findall(value)}
            )
    return {(language, url) for language, url in found if not url.startswith(settings.SITE_ORIGIN)}
