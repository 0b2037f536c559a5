import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import MD5, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from agencies.applications import RESERVED, Application, TakesApplications  # noqa: F401  (models live beside what uses them)
from core import taxonomy
from core.edition import now
from core.models import STATE_FIELDS, Content, ContentQuerySet, complete_when_published
from core.richtext import RichTextField
from core.taxonomy import CodesField, labelled

REGISTER_URL = "https://jinzai.hellowork.mhlw.go.jp/"
"""人材サービス総合サイト, the ministry's public register of placement businesses."""

VERIFIED_DAYS = 90
"""After so many days a verification no longer counts as fresh."""

WARNING_DAYS = 60
"""So many days before its end a licence is listed."""

LICENCE_FIELDS = ("licence_number", "licence_valid_until", "scope", "countries")

LICENCE = re.compile(r"^(0[1-9]|[1-3][0-9]|4[0-7])-ユ-[0-9]{6}$")
"""Prefecture 01–47 (JIS X 0401), the mark of fee-charging placement, six digits."""

SCOPES = [("domestic", _("Within Japan only")), ("abroad", _("People abroad too"))]


def normalise_licence(text: str) -> str:
    """A licence number as the register writes it: half-width digits, full-width ユ, plain hyphens."""
    text = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"[\u2010-\u2015\u2212\u30fcー－]", "-", text).replace(" ", "")


class LicenceField(models.CharField):
    def to_python(self, value):
        value = super().to_python(value)
        return normalise_licence(value) if value else value


class AgencyQuerySet(TakesApplications, ContentQuerySet):
    def published(self, at=None):
        """Only agencies whose licence holds on that day in Tokyo."""
        at = at or now()
        return super().published(at).filter(licence_valid_until__gte=timezone.localdate(at))

    def ending(self, days: int = WARNING_DAYS):
        """Licences that end within so many days (Tokyo days)."""
        today = timezone.localdate()
        return self.filter(licence_valid_until__range=(today, today + timezone.timedelta(days=days)))

    def lapsed(self):
        return self.filter(licence_valid_until__lt=timezone.localdate())

    def unverified(self):
        """Not looked up in the register within the last 90 days."""
        fresh = timezone.localdate() - timezone.timedelta(days=VERIFIED_DAYS)
        return self.exclude(verified_on__gte=fresh)

    def speaking(self, code: str):
        return self.filter(languages__contains=f",{code},")

    def in_turn(self, day=None):
        """In a neutral order that changes every day (Tokyo; default today), as if drawn by lot, and is the same for everybody."""
        return self.order_by(MD5(Concat(Value(str(day or timezone.localdate())), "licence_number")))


class Agency(Content):
    """A licensed fee-charging employment placement business (有料職業紹介事業者) that agreed to the posting standards."""

    required_translations = ("name", "summary", "body", "address")
    state_fields = (
        *STATE_FIELDS, "licence_number", "licence_valid_until", "scope", "countries", "verified_on", "verified_by", "edited_by",
        "scope_checked_on", "agreed_on",
    )  # fmt: skip
    searched = ("name", "summary", "body", "address")
    on_cards = (
        "slug", "name", "summary", "licence_number", "licence_valid_until", "scope", "countries", "verified_on", "is_sample",
        "fields", "languages", "area", "affiliation", "updated_at",
    )  # fmt: skip

    name = models.CharField(_("name"), max_length=120)
    licence_number = LicenceField(
        _("licence number"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(LICENCE, _("Write the number like 13-ユ-123456."))],
    )
    licence_valid_until = models.DateField(_("licence valid until"), db_index=True)
    scope = models.CharField(_("scope filed"), max_length=10, choices=SCOPES, default="domestic")
    countries = CountryField(_("countries filed"), multiple=True, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=80, blank=True)
    edited_by = models.CharField(max_length=150, blank=True, editable=False)
    scope_checked_on = models.DateField(_("scope abroad seen in the register on"), null=True, blank=True)
    agreed_on = models.DateField(_("agreed to the posting standards on"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    fields = CodesField(_("fields"), max_length=300, choices=taxonomy.JOB_FAMILIES)
    languages = CodesField(_("languages"), max_length=120, choices=taxonomy.LANGUAGES)
    area = models.CharField(_("area of Tokyo"), max_length=20, choices=taxonomy.AREAS)
    japanese_from = models.CharField(_("Japanese needed"), max_length=4, choices=taxonomy.JAPANESE_LEVELS, default="none")
    interviews_online = models.BooleanField(_("interviews online"), default=True)
    helps_with_visa = models.BooleanField(_("helps with the status of residence"), default=False)
    summary = models.CharField(_("in one sentence"), max_length=200)
    body = RichTextField(_("description"))
    address = models.CharField(_("office address"), max_length=200)
    affiliation = models.CharField(_("relation to the operator of this site"), max_length=200, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("web site"), blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["licence_number"]
        constraints = [
            complete_when_published("name", "summary", "body", "address"),
            models.CheckConstraint(condition=models.Q(licence_number__regex=LICENCE.pattern), name="licence_number_like_13_yu_123456"),
        ]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("agencies:detail", args=[slug])

    def clean(self):
        super().clean()
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("This address belongs to another page: choose another one.")})
        if self.published_at and not self.agreed_on:
            raise ValidationError({"agreed_on": _("Enter the day on which the agency agreed to the posting standards.")})
        if self.scope == "abroad" and not self.countries:
            raise ValidationError({"countries": _("Name the countries that the licence covers.")})

    def verify(self, username: str, scope_seen: bool) -> None:
        """Note that somebody looked the licence up in the register today (Tokyo). Raises ValidationError in words."""
        if self.edited_by and self.edited_by == username:
            raise ValidationError(_("You entered this licence yourself: somebody else has to verify it."))
        if self.scope == "abroad" and not scope_seen:
            raise ValidationError(
                _("Look up whether the register names the placement of people abroad and the countries, then tick the box.")
            )
        today = timezone.localdate()
        self.verified_on, self.verified_by = today, username
        self.scope_checked_on = today if self.scope == "abroad" else None
        self.save()

    def licence_was_edited(self, username: str) -> None:
        """A changed licence is unverified until somebody else has looked it up."""
        self.edited_by, self.verified_on, self.verified_by, self.scope_checked_on = username, None, "", None

    @property
    def live_until(self):
        day_after = self.licence_valid_until + timezone.timedelta(days=1)
        end = timezone.make_aware(timezone.datetime.combine(day_after, timezone.datetime.min.time()))
        return min(end, self.unpublish_at) if self.unpublish_at else end

    @property
    def is_verified(self) -> bool:
        """Whether the licence was looked up in the register within the last 90 days (Tokyo days)."""
        return bool(self.verified_on and (timezone.localdate() - self.verified_on).days <= VERIFIED_DAYS)

    @property
    def card_key(self):
        return (*super().card_key, self.is_verified)

    @property
    def register_url(self) -> str:
        return "" if self.is_sample else REGISTER_URL

    @property
    def field_labels(self) -> list:
        return labelled(self, "fields")

    @property
    def language_labels(self) -> list:
        return labelled(self, "languages")
