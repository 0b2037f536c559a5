from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from core import taxonomy
from core.models import Content, ContentQuerySet, complete_when_published
from core.taxonomy import CodesField, labelled
from desk.canned import CannedReply  # noqa: F401  (models live beside what uses them)
from desk.cases import Case  # noqa: F401
from desk.exchange import Attachment, CaseLink, Message, Note, Sight  # noqa: F401

WEEKDAYS = [
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
]

COMPARED_ZONES = [
    ("Asia/Tokyo", _("Tokyo")),
    ("Asia/Taipei", _("Taipei")),
    ("Asia/Ho_Chi_Minh", _("Hanoi")),
    ("Asia/Jakarta", _("Jakarta")),
]

LOOK_AHEAD_DAYS = 40

ANSWER_DAYS = 2
"""Within so many working days the desk answers."""


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166-1 alpha-2) in a year, as computed by the ``holidays`` package."""
    return frozenset(holidays.country_holidays(country, years=year))


def is_new_year_closure(day: date) -> bool:
    """29 December to 3 January, when Japanese public bodies are closed."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


@dataclass(frozen=True)
class Opening:
    """Whether an office is open at a moment and when that changes (aware datetime, or None if not foreseen)."""

    is_open: bool
    changes_at: datetime | None


class OfficeQuerySet(ContentQuerySet):
    def with_closures(self) -> list["Office"]:
        """The offices, each knowing its closures; one query for all closures."""
        closures = list(Closure.objects.filter(last_on__gte=timezone.localdate() - timedelta(days=1)))
        offices = list(self)
        for office in offices:
            office.closures_here = [closure for closure in closures if closure.office_id in (None, office.pk)]
        return offices

    def answering(self) -> "Office":
        """The office that takes what nobody else was asked for: the telephone desk, else the first."""
        return self.order_by("-is_telephone_desk", "order").first()


class Office(Content):
    """A place of the Tokyo Career Consulting Desk: the telephone desk in Tokyo or an office in an Asian city."""

    required_translations = ("name", "city", "address", "note")
    searched = ("name", "city", "address", "note")
    in_sitemap = False

    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_telephone_desk = models.BooleanField(_("telephone desk"), default=False)
    name = models.CharField(_("name"), max_length=120)
    city = models.CharField(_("city"), max_length=60)
    country = CountryField(_("country or region"))
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Tokyo")
    address = models.CharField(_("address"), max_length=240)
    languages = CodesField(_("languages"), max_length=120, choices=taxonomy.LANGUAGES)
    weekdays = CodesField(_("days"), max_length=60, choices=WEEKDAYS, default="mon,tue,wed,thu,fri")
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    phone = PhoneNumberField(_("phone"), blank=True)
    note = models.CharField(_("how to come"), max_length=300)

    objects = OfficeQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["order"]
        constraints = [
            complete_when_published("name", "city", "address", "note"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="office_closes_after_it_opens"),
        ]

    @classmethod
    def page_at(cls, slug, parent):
        return f"{reverse('desk:home')}#{slug}"

    @classmethod
    def next_change(cls, at):
        """Also when an office opens or closes."""
        moments = [super().next_change(at), *(office.opening(at).changes_at for office in cls.objects.published(at).with_closures())]
        return min(filter(None, moments), default=None)

    @property
    def language_labels(self) -> list:
        return labelled(self, "languages")

    @property
    def weekday_labels(self) -> list:
        return labelled(self, "weekdays")

    @cached_property
    def closures_here(self) -> list["Closure"]:
        """Closures of this office and of all offices that are not over."""
        return list(Closure.objects.filter(Q(office=self) | Q(office=None), last_on__gte=timezone.localdate() - timedelta(days=1)))

    def works_on(self, day: date) -> bool:
        """Whether the office opens on a day of its own calendar."""
        if WEEKDAYS[day.weekday()][0] not in self.weekdays or day in public_holidays(str(self.country), day.year):
            return False
        if str(self.country) == "JP" and is_new_year_closure(day):
            return False
        return not any(closure.first_on <= day <= closure.last_on for closure in self.closures_here)

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day as aware datetimes in the office's zone."""
        zone = ZoneInfo(self.zone)
        return datetime.combine(day, self.opens, zone), datetime.combine(day, self.closes, zone)

    def opening(self, at: datetime | None = None) -> Opening:
        """Open or closed at a moment (aware datetime; default now), and until when."""
        at = (at or timezone.now()).astimezone(ZoneInfo(self.zone))
        for ahead in range(LOOK_AHEAD_DAYS):
            day = at.date() + timedelta(days=ahead)
            start, end = self.hours_on(day)
            if at < end and self.works_on(day):
                return Opening(True, end) if start <= at else Opening(False, start)
        return Opening(False, None)

    def answer_by(self, at: datetime) -> datetime:
        """When two working days of opening hours, counted from a moment (aware), are over; in the office's zone."""
        at = at.astimezone(ZoneInfo(self.zone))
        start, end = self.hours_on(at.date())
        left = (end - start) * ANSWER_DAYS
        for ahead in range(LOOK_AHEAD_DAYS):
            start, end = self.hours_on(at.date() + timedelta(days=ahead))
            there = max(end - max(start, at), timedelta()) if self.works_on(start.date()) else timedelta()
            if there and left <= there:
                return end - there + left
            left -= there
        return at + timedelta(days=LOOK_AHEAD_DAYS)

    def hours_elsewhere(self) -> list[dict]:
        """Today's hours in the cities that the desk compares."""
        start, end = self.hours_on(timezone.localdate(timezone=ZoneInfo(self.zone)))
        return [
            {"city": city, "start": start.astimezone(ZoneInfo(zone)), "end": end.astimezone(ZoneInfo(zone))}
            for zone, city in COMPARED_ZONES
        ]


def answer_due(at: datetime) -> datetime:
    """By when the desk answers what comes at a moment: the calendar of the telephone desk in Tokyo counts (Japanese holidays)."""
    desk = Office.objects.published().filter(is_telephone_desk=True).first()
    if desk is None:
        desk = Office(country="JP", zone="Asia/Tokyo", weekdays="mon,tue,wed,thu,fri", opens=time(9), closes=time(18))
        desk.closures_here = list(Closure.objects.filter(office=None))
    return desk.answer_by(at)


class Closure(models.Model):
    """Days on which one office, or every office, stays closed besides its holidays."""

    office = models.ForeignKey(
        Office,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("office"),
        help_text=_("Empty: every office."),
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["first_on"]
        constraints = [models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closure_ends_after_its_start")]

    def __str__(self):
        return f"{self.first_on} {self.reason}"

    def clean(self):
        super().clean()
        if self.first_on and self.last_on and self.last_on < self.first_on:
            raise ValidationError({"last_on": _("The last day comes before the first.")})
