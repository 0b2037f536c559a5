"""The register of consents: who may be shown, as what, in which languages, from when until when."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import is_live
from core.taxonomy import CodesField

WARNING_DAYS = 60
"""So many days before its end a consent is listed, so that there is time to ask again."""


def has_consent(at, prefix: str = "", scopes=("quote", "article", "video")) -> models.Q:
    """The condition that a person (``prefix`` leads to them) consents at a moment to one of the scopes."""
    return is_in_force(at, f"{prefix}consent__") & models.Q(**{f"{prefix}consent__scope__in": scopes})


def is_in_force(at, prefix: str = "") -> models.Q:
    """The condition that a consent (``prefix`` leads to it) holds on the Tokyo day of a moment."""
    day = timezone.localdate(at)
    given = {"withdrawn_at": None, "given_on__lte": day, "expires_on__gte": day}
    return models.Q(**{f"{prefix}{name}": value for name, value in given.items()})


class ConsentQuerySet(models.QuerySet):
    def shown(self, at):
        """In force, of people who are live at the moment (aware datetime)."""
        return self.filter(is_in_force(at), is_live(at, "person__"))

    def ending(self, days: int = WARNING_DAYS):
        """In force, and over within so many days (Tokyo days)."""
        today = timezone.localdate()
        return self.filter(withdrawn_at=None, expires_on__range=(today, today + timezone.timedelta(days=days)))


class Consent(models.Model):
    """A person's permission to be shown: from when, for what, until when; ends at once when withdrawn."""

    SCOPES = [("quote", _("portrait and quote")), ("article", _("and the interview")), ("video", _("and the video"))]
    LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]

    person = models.OneToOneField("interviews.Person", models.CASCADE, related_name="consent", verbose_name=_("person"))
    given_on = models.DateField(_("given on"))
    expires_on = models.DateField(_("holds until"))
    scope = models.CharField(_("scope"), max_length=10, choices=SCOPES)
    languages = CodesField(_("languages"), max_length=20, choices=LANGUAGES, default="ja,en")
    paper = models.CharField(
        _("reference of the paper"),
        max_length=80,
        blank=True,
        help_text=_("Where the signed paper is kept. Only keepers of consents see it."),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        permissions = [("view_paper_of_consent", "Can view the paper of a consent")]
        indexes = [models.Index(fields=["person", "scope", "withdrawn_at", "given_on", "expires_on"], name="consents_in_force")]

    def __str__(self):
        return f"{self.pk}"

    def clean(self):
        super().clean()
        if self.given_on and self.expires_on and self.expires_on < self.given_on:
            raise ValidationError({"expires_on": _("A consent ends after the day on which it was given.")})

    @property
    def ends_at(self):
        """The end (aware datetime, Tokyo midnight after the last day) or the moment of withdrawal."""
        day_after = self.expires_on + timezone.timedelta(days=1)
        end = timezone.make_aware(timezone.datetime.combine(day_after, timezone.datetime.min.time()))
        return min(end, self.withdrawn_at) if self.withdrawn_at else end

    def covers(self, scope: str, day) -> bool:
        """Whether the person may be shown in a scope, in both languages of the site, on a day (Tokyo)."""
        scopes = [code for code, _label in self.SCOPES]
        reaches = scopes.index(self.scope) >= scopes.index(scope) and {"ja", "en"} <= set(self.languages)
        return reaches and not self.withdrawn_at and self.given_on <= day <= self.expires_on

    @transaction.atomic
    def withdraw(self) -> None:
        """End it now: the pages answer 410 from the next request on, and every public file of the person is gone."""
        if self.withdrawn_at is None:
            self.withdrawn_at = timezone.now()
            self.save()
            self._pages_changed()
            transaction.on_commit(self.hide_files)

    @transaction.atomic
    def give_again(self) -> None:
        """A new paper after a withdrawal: the files come back; whether the pages are published stays as it was."""
        self.withdrawn_at = None
        self.full_clean()
        self.save()
        self._pages_changed()
        transaction.on_commit(self.show_files)

    def _pages_changed(self) -> None:
        """Saving the interview tells the search index and everybody who listens."""
        interview = getattr(self.person, "interview", None)
        if interview:
            interview.save()

    def hide_files(self) -> None:
        if self.person.photo:
            self.person.photo.delete_renditions()
        for clip in self._clips():
            clip.hide()

    def show_files(self) -> None:
        if self.person.photo:
            self.person.photo.render()
        for clip in self._clips():
            clip.show()

    def _clips(self) -> list:
        clip = getattr(getattr(self.person, "interview", None), "clip", None)
        return [clip] if clip else []
