"""Lines to other machines are encrypted and the other side shows a certificate that is checked, or the site does not start."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

OWN = ("", None, "localhost", "127.0.0.1", "::1")
CHECKED = ("verify-ca", "verify-full")
"""What ``sslmode`` must say: the others encrypt for whoever answers."""


def refuse_open_lines(database: dict, cache: dict, mail: dict, storage: str | None) -> None:
    """Takes the parts of the settings; a line within this machine may be open. Raises ImproperlyConfigured with the variable to mend."""
    host = database.get("HOST")
    if host not in OWN and not host.startswith("/") and database["OPTIONS"].get("sslmode") not in CHECKED:
        raise ImproperlyConfigured(f"DATABASE_URL leads to {host} without ?sslmode=verify-full.")
    if is_open(cache.get("LOCATION", ""), "redis"):
        raise ImproperlyConfigured("CACHE_URL leads to another machine without TLS: rediss:// instead of redis://.")
    if mail.get("EMAIL_HOST") not in OWN and not (mail.get("EMAIL_USE_TLS") or mail.get("EMAIL_USE_SSL")):
        raise ImproperlyConfigured(f"EMAIL_URL leads to {mail['EMAIL_HOST']} without TLS: smtp+tls:// or smtp+ssl:// instead of smtp://.")
    if is_open(storage or "", "http"):
        raise ImproperlyConfigured("STORAGE_ENDPOINT leads to another machine without TLS: https:// instead of http://.")


def is_open(places: str | list[str], scheme: str) -> bool:
    """Whether one of the addresses is of another machine and of this scheme, which encrypts nothing."""
    parts = [urlsplit(place) for place in ([places] if isinstance(places, str) else places)]
    return any(part.scheme == scheme and part.hostname not in OWN for part in parts)
