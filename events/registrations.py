"""People who come to an event: a place or a place in the line, never more than there are; found and left by private links."""

from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from post_office.models import Email

from core.edition import raise_edition
from core.links import absolute
from core.mail import forget, mails_about, queue
from core.private_links import PrivateLink

CONFIRMED, WAITING, CANCELLED = "confirmed", "waiting", "cancelled"
STATES = [(CONFIRMED, _("has a place")), (WAITING, _("on the waiting list")), (CANCELLED, _("cancelled"))]
MAILS_A_DAY = 3
"""So many mails about registering one address for one event go out a day, however often the form is sent."""

ONCE = "X-TCG-Message"
"""The header of a message to all: its random number, by which a second click is known, whatever happens to the cache."""


class RegistrationQuerySet(models.QuerySet):
    def active(self):
        return self.exclude(state=CANCELLED)

    def confirmed(self):
        return self.filter(state=CONFIRMED)

    def in_line(self):
        """Those who wait, the first first."""
        return self.filter(state=WAITING).order_by("pk")

    def expired(self, at=None):
        """Not yet erased, of events that ended longer ago than registrations are kept (setting RETENTION_REGISTRATIONS, in days)."""
        end = (at or timezone.now()) - timedelta(days=settings.RETENTION_REGISTRATIONS)
        return self.filter(event__ends_at__lt=end, erased_at=None)


class Registration(models.Model):
    """One person at one event. Moments are aware and stored in UTC."""

    is_private = True

    event = models.ForeignKey("events.Event", models.PROTECT, related_name="registrations", verbose_name=_("event"))
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    name = models.CharField(_("visitor's name"), max_length=80, blank=True)
    email = models.EmailField(_("visitor's e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")])
    questions = models.TextField(_("questions for the speakers"), blank=True)
    registered_at = models.DateTimeField(_("registered at"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    attended_at = models.DateTimeField(_("attended at"), null=True, blank=True)
    notice = models.CharField(_("version of the notice"), max_length=20)
    consented_at = models.DateTimeField(_("agreed at"))
    submission = models.CharField(max_length=40, null=True, blank=True, editable=False)
    reminded_days_at = models.DateTimeField(null=True, editable=False)
    reminded_hours_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "pk"]
        indexes = [models.Index(fields=["event", "state", "id"])]
        constraints = [
            models.UniqueConstraint(
                "event", Lower("email"), condition=~Q(state=CANCELLED) & ~Q(email=""), name="one_registration_an_address_and_event"
            ),
            models.UniqueConstraint(fields=["event", "submission"], name="one_registration_a_form_and_event"),
            models.CheckConstraint(condition=~Q(state=CONFIRMED) | Q(confirmed_at__isnull=False), name="a_place_has_its_moment"),
            models.CheckConstraint(condition=Q(attended_at=None) | Q(state=CONFIRMED), name="who_came_had_a_place"),
        ]

    def __str__(self):
        return f"{self.event_id}-{self.pk}"

    @property
    def owner(self) -> str:
        """By which the mails about this registration are found."""
        return f"registration-{self.pk}"

    @property
    def masked_name(self) -> str:
        return f"{self.name[0]}…" if self.name else "–"

    @property
    def place_in_line(self) -> int:
        """1 for the person who moves up next; 0 for those who do not wait."""
        return self.event.registrations.in_line().filter(pk__lte=self.pk).count() if self.state == WAITING else 0

    def private_path(self) -> str:
        """The path of a fresh private address, in the person's language."""
        token = RegistrationLink.issue(registration=self)
        with override(self.language):
            return reverse("events:registration", args=[token])

    def mail(self, about: str, files=(), expires_at=None, headers: dict | None = None, **context) -> None:
        """Queue ``events/<about>`` with a private address and the event in the person's language; nothing for somebody without an address."""
        if not self.email:
            return
        queue(
            self.email, f"events/{about}", self.language, owner=self.owner, files=files, expires_at=expires_at,
            headers={"Reply-To": settings.DESK_MAIL, "Auto-Submitted": "auto-generated", **(headers or {})},  # RFC 3834
            **self.mail_context(absolute(self.private_path())), **context,
        )  # fmt: skip

    def mail_context(self, link: str) -> dict:
        """What every mail about this registration knows."""
        with override(self.language):
            page = absolute(self.event.get_absolute_url())
        return {"registration": self, "event": self.event, "link": link, "page": page, "desk_mail": settings.DESK_MAIL}

    def tell_state(self, moved_up: bool = False) -> None:
        """Tell the person by mail how it stands, with the calendar entry when there is a place."""
        from events.calendar import calendar_of  # reads the event, whose module imports this one

        about = "waiting" if self.state == WAITING else "moved_up" if moved_up else "confirmed"
        with override(self.language):
            files = [("event.ics", calendar_of([self.event]), "text/calendar")] if self.state == CONFIRMED else []
        self.mail(about, files=files, expires_at=self.event.ends_at)

    def confirm(self) -> None:
        self.state, self.confirmed_at = CONFIRMED, timezone.now()
        self.save()

    @transaction.atomic
    def cancel(self) -> None:
        """Give the place back; whoever is first in line moves up and is told. Cancelled twice is cancelled once."""
        event = self.event.locked()
        self.refresh_from_db()
        if self.state == CANCELLED:
            return
        had_place = self.state == CONFIRMED
        self.state, self.cancelled_at, self.attended_at = CANCELLED, timezone.now(), None
        self.save()
        if had_place:
            event.give_back_place()
        self.mail("cancelled", expires_at=self.event.ends_at)
        event.fill_places()

    @transaction.atomic
    def change(self, name: str, language: str, questions: str) -> None:
        self.event.locked()
        self.refresh_from_db()
        self.name, self.language, self.questions = name, language, questions
        self.save()

    def attend(self, is_here: bool) -> bool:
        """Note at the door that the person is here, or take that back; whether there is (still) a place for them."""
        self.attended_at = timezone.now() if is_here else None
        return bool(type(self).objects.confirmed().filter(pk=self.pk).update(attended_at=self.attended_at))

    @transaction.atomic
    def erase(self) -> None:
        """Forget the person; state, language and attendance stay for the count."""
        self.event.locked()
        self.refresh_from_db()
        if self.state != CANCELLED and self.event.ends_at > timezone.now():
            self.cancel()
        self.links.all().delete()
        forget(mails_about(self.owner))
        LogEntry.objects.filter(content_type__app_label="events", content_type__model="registration", object_id=str(self.pk)).delete()
        self.name = self.email = self.questions = ""
        self.submission, self.erased_at = None, timezone.now()
        self.save()


class RegistrationLink(PrivateLink):
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="links")


class TakesRegistrations:
    """The deeds of an event with its places. Each locks the row of the event first, so that nobody waits beside a free place."""

    def locked(self):
        """The event as it is now, locked until the transaction ends."""
        return type(self)._default_manager.select_for_update().get(pk=self.pk)

    def _take_place(self) -> bool:
        """One place less, if there is one; search entries are not written anew for it."""
        row = models.QuerySet(type(self)).filter(pk=self.pk, taken__lt=F("capacity"))
        return self._counted(row.update(taken=F("taken") + 1))

    def give_back_place(self) -> None:
        self._counted(models.QuerySet(type(self)).filter(pk=self.pk, taken__gt=0).update(taken=F("taken") - 1))

    @staticmethod
    def _counted(changed: int) -> bool:
        """Whether the number of places changed; pages that show it are of a new edition then."""
        if changed:
            raise_edition()
        return bool(changed)

    @transaction.atomic
    def register(
        self, name: str, email: str, language: str, questions: str = "", *, notice: str, submission: str | None = None
    ) -> Registration:
        """A place, or a place in the line; whoever is registered already stays as they are and is told so by mail.

        Raises Registration.DoesNotExist when registration is not open (the server's clock).
        """
        event = self.locked()
        if submission and (sent := event.registrations.filter(submission=submission).first()):
            return sent
        if not event.is_live() or event.places not in ("free", "waiting"):
            raise Registration.DoesNotExist
        if found := event.registrations.active().filter(email__iexact=email).first():
            return event._told_again(found, submission)
        event.fill_places()
        state = CONFIRMED if event._take_place() else WAITING
        now = timezone.now()
        made = event.registrations.create(
            state=state, name=name, email=email, language=language, questions=questions, notice=notice, consented_at=now,
            submission=submission, registered_at=now, confirmed_at=now if state == CONFIRMED else None,
        )  # fmt: skip
        made.tell_state()
        return made

    @staticmethod
    def _told_again(found: Registration, submission: str | None) -> Registration:
        """The mail once more; the number of the form is kept, so that more clicks on it tell nothing more."""
        day = timezone.now() - timedelta(days=1)
        if mails_about(found.owner).filter(created__gt=day).count() < MAILS_A_DAY:
            found.tell_state()
        Registration.objects.filter(pk=found.pk).update(submission=submission)
        return found

    @transaction.atomic
    def fill_places(self) -> int:
        """Move people up while there are places, in their order, and tell them; how many moved."""
        event, moved = self.locked(), 0
        if event.taken >= event.capacity or not event.is_live() or event.starts_at <= timezone.now():
            return moved
        for registration in event.registrations.in_line()[: event.capacity - event.taken]:
            if not event._take_place():
                break
            registration.confirm()
            registration.tell_state(moved_up=True)
            moved += 1
        return moved

    @transaction.atomic
    def write_to(self, states, words: dict, once: str) -> int:
        """Queue one message to everybody in these states, in their language (``{"ja": {"subject": …, "words": …}, "en": …}``).

        How many; a message whose number ``once`` is known goes to nobody a second time.
        """
        event = self.locked()
        if Email.objects.filter(**{f"headers__{ONCE}": once}).exists():
            return 0
        people = list(event.registrations.filter(state__in=states).exclude(email="").order_by("pk"))
        for person in people:
            person.event = event
            person.mail("message", headers={ONCE: once}, **words[person.language])
        return len(people)


def erase_expired(dry_run: bool) -> int:
    """Erase the people of events that are long over; how many."""
    expired = list(Registration.objects.expired().select_related("event"))
    for registration in [] if dry_run else expired:
        registration.erase()
    return len(expired)
