"""The clock of somebody abroad: chosen in the form, else that of their country."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext_lazy as _

ZONES = [
    ("Asia/Tokyo", _("Tokyo, Seoul")),
    ("Asia/Taipei", _("Taipei, Shanghai, Hong Kong")),
    ("Asia/Manila", _("Manila, Kuala Lumpur, Singapore")),
    ("Asia/Makassar", _("Bali, Makassar")),
    ("Asia/Ho_Chi_Minh", _("Hanoi, Ho Chi Minh City")),
    ("Asia/Jakarta", _("Jakarta, Surabaya")),
    ("Asia/Bangkok", _("Bangkok, Phnom Penh, Vientiane")),
    ("Asia/Yangon", _("Yangon")),
    ("Asia/Dhaka", _("Dhaka")),
    ("Asia/Kathmandu", _("Kathmandu")),
    ("Asia/Kolkata", _("Delhi, Mumbai, Colombo")),
    ("Asia/Karachi", _("Karachi, Tashkent")),
    ("Asia/Ulaanbaatar", _("Ulaanbaatar")),
    ("Asia/Almaty", _("Almaty")),
    ("Asia/Dubai", _("Dubai")),
    ("Asia/Tehran", _("Tehran")),
    ("Europe/Istanbul", _("Istanbul, Moscow")),
    ("Africa/Cairo", _("Cairo")),
    ("Africa/Nairobi", _("Nairobi")),
    ("Africa/Johannesburg", _("Johannesburg")),
    ("Africa/Lagos", _("Lagos")),
    ("Europe/Berlin", _("Berlin, Paris, Madrid, Rome")),
    ("Europe/London", _("London, Lisbon")),
    ("America/Sao_Paulo", _("São Paulo, Buenos Aires")),
    ("America/New_York", _("New York, Toronto")),
    ("America/Chicago", _("Chicago")),
    ("America/Mexico_City", _("Mexico City")),
    ("America/Lima", _("Lima, Bogotá")),
    ("America/Los_Angeles", _("Los Angeles, Vancouver")),
    ("Australia/Sydney", _("Sydney, Melbourne")),
    ("Australia/Perth", _("Perth")),
    ("Pacific/Auckland", _("Auckland")),
]
LARGEST = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
"""The zone in which most people live, where a country has several."""


@cache
def zones_by_country() -> dict[str, str]:
    """Country (ISO 3166-1 alpha-2) to its first zone, from ``zone.tab`` of the IANA time zone database."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: row[2] for row in reversed(rows)}


@cache
def known_zones() -> frozenset[str]:
    """The IANA zones of this machine, whose files are walked through once."""
    return frozenset(available_timezones())


def zone_of(country: str) -> str:
    """The IANA zone of a country; UTC where it is not known."""
    zone = LARGEST.get(country) or zones_by_country().get(country, "UTC")
    return zone if zone in known_zones() else "UTC"


def in_zone(moment, zone: str):
    """An aware moment on the clock of a zone; UTC for a zone that is none."""
    return moment.astimezone(ZoneInfo(zone if zone in known_zones() else "UTC"))


def place_of(zone: str) -> str:
    """A zone in the reader's language: the cities that the form names it with, else its own city."""
    return str(dict(ZONES).get(zone) or zone.rpartition("/")[2].replace("_", " "))
