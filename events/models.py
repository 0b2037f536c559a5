from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from core import taxonomy
from core.links import absolute
from core.models import STATE_FIELDS, Content, ContentQuerySet, complete_when_published
from core.richtext import RichTextField
from core.taxonomy import CodesField, labelled
from events.registrations import Registration, RegistrationLink, TakesRegistrations  # noqa: F401  (models live beside what uses them)

ZONES = [
    ("Asia/Ho_Chi_Minh", _("Vietnam time")),
    ("Asia/Jakarta", _("Western Indonesia time")),
    ("Asia/Taipei", _("Taiwan time")),
    ("Asia/Tokyo", _("Japan time")),
    ("Asia/Bangkok", _("Thailand time")),
    ("Asia/Manila", _("Philippine time")),
    ("Asia/Kuala_Lumpur", _("Malaysia time")),
    ("Asia/Singapore", _("Singapore time")),
    ("Asia/Makassar", _("Central Indonesia time")),
]

COUNTRIES_FIRST = ("VN", "ID", "TW")


class CountField(models.PositiveIntegerField):
    """A number that only deeds change, in the database itself: saving a copy of the row, however old, leaves it as it is."""

    def pre_save(self, model_instance, add):
        return super().pre_save(model_instance, add) if add else F(self.attname)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, kwargs


class EventQuerySet(ContentQuerySet):
    def upcoming(self, at=None):
        return self.filter(ends_at__gte=at or timezone.now()).order_by("starts_at")

    def past(self, at=None):
        return self.filter(ends_at__lt=at or timezone.now()).order_by("-starts_at")


class Event(TakesRegistrations, Content):
    """A meeting abroad, or online, where people can ask about work in Tokyo."""

    required_translations = ("title", "city", "venue", "lead", "programme", "companies")
    on_cards = (
        "slug", "title", "country", "city", "starts_at", "ends_at", "zone", "languages", "capacity", "taken", "opens_at", "closes_at",
        "fee", "updated_at",
    )  # fmt: skip
    searched = ("title", "city", "venue", "lead", "programme", "companies")
    state_fields = (*STATE_FIELDS, "taken")
    changes_at = ("published_at", "unpublish_at", "opens_at", "closes_at", "starts_at", "ends_at")

    title = models.CharField(_("title"), max_length=120)
    lead = models.CharField(_("in one sentence"), max_length=240)
    country = CountryField(_("country or region"))
    city = models.CharField(_("city"), max_length=60)
    venue = models.CharField(_("venue"), max_length=160)
    address = models.CharField(_("address of the venue"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    zone = models.CharField(_("time zone of the venue"), max_length=40, choices=ZONES)
    languages = CodesField(_("languages"), max_length=120, choices=taxonomy.LANGUAGES)
    capacity = models.PositiveIntegerField(_("places"))
    taken = CountField(_("places taken"), default=0)
    opens_at = models.DateTimeField(_("registration opens at"))
    closes_at = models.DateTimeField(_("registration closes at"))
    fee = models.CharField(_("fee"), max_length=80, blank=True, help_text=_("Empty: free of charge."))
    programme = RichTextField(_("programme"))
    companies = RichTextField(_("companies that take part"))
    report = RichTextField(_("report after the event"), blank=True)

    objects = EventQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at"]
        constraints = [
            complete_when_published("title", "city", "venue", "lead", "programme", "companies"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_its_start"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="event_never_over_capacity"),
        ]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("events:detail", args=[slug])

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("An event ends after its start.")})
        if self.capacity is not None and self.capacity < self.taken:
            words = _("%(taken)s people have a place already: there cannot be fewer places than that.")
            raise ValidationError({"capacity": words % {"taken": self.taken}})

    @property
    def local_start(self):
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self):
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def is_past(self) -> bool:
        return self.ends_at < timezone.now()

    @property
    def places(self) -> str:
        """``past``, ``not-yet``, ``closed``, ``waiting`` or ``free`` at this moment."""
        now = timezone.now()
        if self.is_past:
            return "past"
        if now < self.opens_at:
            return "not-yet"
        if now >= self.closes_at:
            return "closed"
        return "free" if self.taken < self.capacity else "waiting"

    @property
    def places_left(self) -> int:
        return self.capacity - self.taken

    @property
    def card_key(self):
        return (*super().card_key, self.places, self.taken, self.capacity)

    @property
    def language_labels(self) -> list:
        return labelled(self, "languages")

    @property
    def related_pages(self) -> list:
        """The links of ``see_also`` other than to the people who speak."""
        return [link for link in self.related if link.kind != "person"]

    def schema_org(self) -> dict:
        return {
            "@type": "Event",
            "name": self.title,
            "description": self.lead,
            "startDate": self.local_start.isoformat(),
            "endDate": self.local_end.isoformat(),
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "eventStatus": "https://schema.org/EventScheduled",
            "location": {
                "@type": "Place",
                "name": self.venue,
                "address": ", ".join(filter(None, [self.address, self.city, self.country.name])),
            },
            "organizer": {"@type": "GovernmentOrganization", "name": "Tokyo Metropolitan Government"},
            "isAccessibleForFree": not self.fee,
            "url": absolute(self.get_absolute_url()),
        }
