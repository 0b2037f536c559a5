"""An agency asks to be listed: what came in by the form, and what the secretariat decided about it."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.links import models_by_kind
from core.mail import forget, mails_about, queue

ACCEPTED, DECLINED = "accepted", "declined"
DECISIONS = [(ACCEPTED, _("accepted")), (DECLINED, _("declined"))]
ACKNOWLEDGED_A_DAY = 3
FROM_OUTSIDE = "(application)"
"""Who entered the licence of an agency that applied: no user name can be this, so everybody at the secretariat may verify it."""

RESERVED = ("apply",)
"""Addresses below ``agencies/`` that no agency can have."""

LONGEST_SLUG = 60


class ApplicationQuerySet(models.QuerySet):
    def undecided(self):
        return self.filter(decided_at=None, erased_at=None)

    def expired(self, at=None):
        """Not yet erased, received longer ago than applications are kept (setting RETENTION_APPLICATIONS, in days)."""
        end = (at or timezone.now()) - timedelta(days=settings.RETENTION_APPLICATIONS)
        return self.filter(received_at__lt=end, erased_at=None)


class Application(models.Model):
    """What an agency sent to be listed, with its contact person. Moments are aware and stored in UTC."""

    is_private = True

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="applications", verbose_name=_("agency"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    language = models.CharField(_("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")])
    contact_name = models.CharField(_("contact person"), max_length=80, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact person"), blank=True)
    contact_phone = PhoneNumberField(_("phone of the contact person"), blank=True)
    message = models.TextField(_("message"), blank=True)
    entered = models.JSONField(_("as entered"), default=dict, encoder=DjangoJSONEncoder)
    agreed_to = models.CharField(_("agreed to the posting standards as of"), max_length=20, blank=True)
    notice = models.CharField(_("version of the notice"), max_length=20)
    consented_at = models.DateTimeField(_("agreed at"))
    submission = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)
    decision = models.CharField(_("decision"), max_length=10, choices=DECISIONS, blank=True)
    reason = models.TextField(_("reason"), blank=True, help_text=_("It stands in the mail to the agency. It may stay empty."))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )  # fmt: skip
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["received_at", "pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | ~Q(decision="") & Q(decided_at__isnull=False),
                name="decided_application_has_its_moment",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """The receipt number that can be said on the phone: A, year and month (Tokyo), and a running number."""
        return f"A{timezone.localtime(self.received_at):%y%m}-{self.pk:05}"

    @property
    def owner(self) -> str:
        """By which the mails about this application are found."""
        return f"application-{self.pk}"

    def mail(self, about: str, headers: dict | None = None, **context) -> None:
        """Queue ``agencies/<about>`` to the contact person in the language of the form; nothing once it is erased."""
        if self.contact_email:
            queue(
                self.contact_email, f"agencies/{about}", self.language, owner=self.owner,
                headers={"Reply-To": settings.DESK_MAIL, **(headers or {})}, application=self, **context,
            )  # fmt: skip

    def acknowledge(self) -> None:
        """Tell the contact person that the application has come, at most three times a day to one address."""
        day = timezone.now() - timedelta(days=1)
        if type(self).objects.filter(contact_email__iexact=self.contact_email, received_at__gt=day).count() <= ACKNOWLEDGED_A_DAY:
            self.mail("received", headers={"Auto-Submitted": "auto-replied"})  # RFC 3834

    @transaction.atomic
    def decide(self, user, decision: str, reason: str = "") -> bool:
        """Accept or decline, once, and tell the contact person by mail; False when it was decided or erased before."""
        type(self).objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()
        if self.decided_at or self.erased_at:
            return False
        self.decision, self.reason, self.decided_by, self.decided_at = decision, reason.strip(), user, timezone.now()
        self.save()
        self.mail(decision, reason=self.reason)
        return True

    @transaction.atomic
    def erase(self) -> None:
        """Forget the contact person and what was written; agency, agreement and decision stay."""
        forget(mails_about(self.owner))
        LogEntry.objects.filter(content_type__app_label="agencies", content_type__model="application", object_id=str(self.pk)).delete()
        self.contact_name = self.contact_email = self.contact_phone = self.message = self.reason = ""
        self.entered, self.submission, self.erased_at = {}, None, timezone.now()
        self.save()


def erase_expired(dry_run: bool) -> int:
    """Erase the contact persons of applications that are older than they are kept; how many."""
    expired = list(Application.objects.expired())
    for application in [] if dry_run else expired:
        application.erase()
    return len(expired)


def standards_in_force() -> str:
    """The day on which the posting standards that an applicant reads were last checked, else changed; empty when there are none."""
    standards = models_by_kind()["article"].objects.published().filter(slug="posting-standards").first()
    return str(standards.checked_on or timezone.localdate(standards.updated_at)) if standards else ""


class TakesApplications:
    """The deed of a queryset of agencies by which an application comes in."""

    def apply(self, agency: dict, *, submission: str | None = None, **application) -> Application:
        """Keep an application with a new draft, or with the agency that has this licence number, which stays as it is.

        ``agency`` are fields of the agency, ``application`` those of the application. The same submission again finds the first.
        """
        try:
            with transaction.atomic():
                return self._apply(agency, submission, application)
        except IntegrityError:  # the same submission, licence or address was taken a moment ago and is seen now
            with transaction.atomic():
                return self._apply(agency, submission, application)

    def _apply(self, agency: dict, submission: str | None, application: dict) -> Application:
        found = Application.objects.filter(submission=submission).first() if submission else None
        if found:
            return found
        number = self.model._meta.get_field("licence_number").to_python(agency["licence_number"])
        entered = {**agency, "licence_number": number}
        owner = self.filter(licence_number=number).first() or self._draft(entered)
        made = owner.applications.create(entered=entered, agreed_to=standards_in_force(), submission=submission, **application)
        made.acknowledge()
        return made

    def _draft(self, agency: dict):
        slug = self._free_slug(agency["name_en"], agency["licence_number"])
        return self.create(slug=slug, agreed_on=timezone.localdate(), edited_by=FROM_OUTSIDE, **agency)

    def _free_slug(self, name: str, number: str) -> str:
        """An address from the English name; with the number of the licence when it is taken or nothing is left of the name."""
        short = slugify(name)[:LONGEST_SLUG].strip("-_")
        wanted = [short, slugify(f"{short} {number}"), slugify(f"{number} {secrets.token_hex(4)}")]
        taken = {"", *RESERVED, *self.filter(slug__in=wanted).values_list("slug", flat=True)}
        return next(slug for slug in wanted if slug not in taken)
