from datetime import UTC

from django.conf import settings
from icalendar import Calendar
from icalendar import Event as Entry

PRODUCT = "-//Tokyo Metropolitan Government//TOKYO CAREER GUIDE//EN"


def entry_of(event) -> Entry:
    """An event as a VEVENT; moments in UTC, words in the language of the reader."""
    entry = Entry()
    entry.add("uid", f"{event.slug}@{settings.SITE_ORIGIN.split('://')[1]}")
    entry.add("dtstamp", event.updated_at.astimezone(UTC))
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    entry.add("dtend", event.ends_at.astimezone(UTC))
    entry.add("summary", event.title)
    entry.add("location", ", ".join(part for part in (event.venue, event.address, event.city) if part))
    entry.add("description", event.lead)
    entry.add("url", f"{settings.SITE_ORIGIN}{event.get_absolute_url()}")
    return entry


def calendar_of(events) -> bytes:
    """The events as an iCalendar file (RFC 5545)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(entry_of(event))
    return calendar.to_ical()
