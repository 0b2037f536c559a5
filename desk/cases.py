"""One case, whatever door it came through: the web form, a mail, the phone or a visit."""

from datetime import timedelta
from email.utils import formataddr
from functools import wraps

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from core import taxonomy
from core.links import absolute
from core.mail import forget, mails_about, queue
from core.taxonomy import CodesField, labelled
from core.text import normalise
from desk.exchange import CHANNELS, Attachment, CaseLink
from desk.mailbox import mailbox_of
from desk.queues import ANSWERED, CLOSED, NEW, OPEN, STATES, WAITING, CaseQuerySet
from desk.zones import in_zone, place_of, zone_of

WISHES = [("mail", _("By mail")), ("phone", _("By phone")), ("visit", _("In person at an office"))]
RATINGS = [(5, _("Very helpful")), (4, _("Helpful")), (3, _("So-so")), (2, _("Not very helpful")), (1, _("Not helpful"))]
OTHER_TOPIC = "other"
ACKNOWLEDGED_A_DAY = 3
DESK_NAMES = {"ja": "東京キャリア相談デスク", "en": "Tokyo Career Consulting Desk"}
PERSONAL = ("name", "email", "phone", "times", "words", "source_page")


def deed(method):
    """A deed on a case: one transaction, on the row as it is now and locked; its words for search are written anew."""

    @wraps(method)
    def done(self, *args, **kwargs):
        with transaction.atomic():
            type(self).objects.select_for_update().get(pk=self.pk)
            self.refresh_from_db()
            result = method(self, *args, **kwargs)
            self.words = self.searched_words()
            self.save()
        return result

    return done


class Case(models.Model):
    """Somebody's question to the desk and all that came of it. Moments are aware and stored in UTC."""

    is_private = True

    state = models.CharField(_("state"), max_length=10, choices=STATES, default=NEW)
    channel = models.CharField(_("channel"), max_length=8, choices=CHANNELS, default="web")
    topic = models.CharField(_("topic of the case"), max_length=80, default=OTHER_TOPIC)
    language = models.CharField(_("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")], default="en")
    office = models.ForeignKey("desk.Office", models.PROTECT, related_name="cases", verbose_name=_("office"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("owner")
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"))
    updated_at = models.DateTimeField(_("last change"), auto_now=True)
    promised_at = models.DateTimeField(_("first answer due"))
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), choices=RATINGS, null=True, blank=True)
    faq_answer = models.CharField(_("public answer"), max_length=120, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into"))

    name = models.CharField(_("name of the visitor"), max_length=80, blank=True)
    email = models.EmailField(_("address of the visitor"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    country = CountryField(_("country or region"), blank=True)
    zone = models.CharField(_("time zone"), max_length=40, blank=True)
    languages = CodesField(_("languages for the answer"), max_length=120, choices=taxonomy.LANGUAGES, blank=True)
    wish = models.CharField(_("how to answer"), max_length=8, choices=WISHES, default="mail")
    times = models.CharField(_("good times"), max_length=200, blank=True)
    source_page = models.CharField(_("page it came from"), max_length=300, blank=True)
    words = models.TextField(editable=False, blank=True)

    notice = models.CharField(_("version of the notice"), max_length=20, blank=True)
    consented_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)
    submission = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["answer_by", "pk"]
        permissions = [("report_on_case", "Can see the report on cases")]
        indexes = [
            models.Index(fields=["state", "answer_by", "id"]),
            models.Index(fields=["office", "state", "answer_by"]),
            models.Index(fields=["owner", "state", "answer_by"]),
            models.Index(fields=["opened_at"]),
            models.Index(fields=["answer_by", "id"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="case_rating_is_1_to_5"),
            models.CheckConstraint(condition=~Q(state=CLOSED) | Q(closed_at__isnull=False), name="closed_case_has_its_moment"),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """The receipt number that can be said on the phone: year, month (Tokyo) and a running number."""
        return f"{timezone.localtime(self.opened_at):%y%m}-{self.pk:05}"

    @property
    def called(self) -> str:
        """How a mail calls the visitor, also one without a name."""
        return self.name or ("ご相談者" if self.language == "ja" else "visitor")

    @property
    def masked_name(self) -> str:
        return f"{self.name[0]}…" if self.name else "–"

    @property
    def own_zone(self) -> str:
        return self.zone or zone_of(str(self.country))

    @property
    def answer_by_there(self):
        """The answer-by moment on the visitor's own clock, or None when no answer is due."""
        return in_zone(self.answer_by, self.own_zone) if self.answer_by else None

    @property
    def place(self) -> str:
        """The cities on whose clock the visitor lives."""
        return place_of(self.own_zone)

    @property
    def is_late(self) -> bool:
        return bool(self.answer_by and self.answer_by < timezone.now())

    @property
    def language_labels(self) -> list:
        return labelled(self, "languages")

    @property
    def last_words(self) -> int:
        """The key of the newest message; 0 before the first."""
        return self.messages.aggregate(newest=models.Max("pk"))["newest"] or 0

    def searched_words(self) -> str:
        """Everything that a search of the desk finds a case by, folded."""
        texts = [*self.messages.values_list("body", flat=True), *self.notes.values_list("body", flat=True)]
        return normalise(" ".join([self.number, self.name, self.email, str(self.phone or ""), *texts]))

    def mail(self, about: str, message=None, **context):
        """Queue ``desk/<about>`` to the visitor with a private address and the headers of the thread; None without an address."""
        if not self.email:
            return None
        link = absolute(self.private_path(CaseLink.issue(case=self)))
        headers = {"Reply-To": mailbox_of(self), **self.thread_headers()}
        if message is None:
            headers["Auto-Submitted"] = "auto-replied"  # RFC 3834
        mail = queue(
            self.email, f"desk/{about}", self.language, owner=f"case-{self.pk}", headers=headers, link=link, case=self, message=message,
            sender=formataddr((DESK_NAMES[self.language], settings.DESK_MAIL)), **context,
        )  # fmt: skip
        return mail

    def private_path(self, token: str) -> str:
        with override(self.language):
            return reverse("desk:case", args=[token])

    def thread_headers(self) -> dict:
        """In-Reply-To and References (RFC 5322, 3.6.4) from the mails that went to and fro, in their order."""
        ours = mails_about(f"case-{self.pk}").values_list("created", "message_id")
        theirs = self.messages.exclude(message_id=None).values_list("sent_at", "message_id")
        ids = [one for _moment, one in sorted([*ours, *theirs])]
        return {"In-Reply-To": ids[-1], "References": " ".join(ids[:1] + ids[1:][-18:])} if ids else {}

    def acknowledge(self) -> None:
        """Tell the visitor by mail that the question has come, at most three times a day to one address."""
        day = timezone.now() - timedelta(days=1)
        if type(self).objects.filter(email__iexact=self.email, opened_at__gt=day).count() <= ACKNOWLEDGED_A_DAY:
            self.mail("received")

    @deed
    def receive(self, body: str, channel: str = "web", **message):
        """More words from the visitor: the case is open again and an answer is due."""
        from desk.models import answer_due

        if self.state != NEW:
            self.state, self.closed_at = OPEN, None
            self.answer_by = answer_due(timezone.now()) if self.answer_by is None else self.answer_by
        return self.messages.create(body=body, channel=channel, **message)

    @deed
    def reply(self, user, body: str, *, channel: str = "mail", asks: bool = False, faq_answer: str = ""):
        """The desk's words to the visitor, mailed when the channel is mail; ``asks``: now it is the visitor's turn."""
        message = self.messages.create(body=body, author=user, is_from_visitor=False, channel=channel)
        if channel == "mail":
            self.mail("answer", message)
        self.first_answered_at = self.first_answered_at or message.sent_at
        self.state, self.answer_by, self.closed_at = (WAITING if asks else ANSWERED), None, None
        self.owner, self.faq_answer = self.owner or user, faq_answer or self.faq_answer
        return message

    @deed
    def note(self, user, body: str):
        return self.notes.create(author=user, body=body)

    @deed
    def assign(self, owner) -> None:
        """Give the case to somebody (or, with None, back to the office)."""
        self.owner = owner
        self.state = OPEN if self.state == NEW and owner else self.state

    @deed
    def hand_over(self, user, office, note: str) -> None:
        """To another office, with a word to those who take it."""
        self.notes.create(author=user, body=f"{self.office.name} → {office.name}\n{note}")
        self.office, self.owner = office, None

    @deed
    def close(self) -> None:
        self.state, self.closed_at, self.answer_by = CLOSED, timezone.now(), None

    @deed
    def reopen(self) -> None:
        from desk.models import answer_due

        self.state, self.closed_at, self.answer_by = OPEN, None, answer_due(timezone.now())

    @deed
    def mend(self, **values) -> None:
        """Set what is known about the visitor right."""
        for name, value in values.items():
            setattr(self, name, value)

    @deed
    def rate(self, rating: int) -> None:
        self.rating = rating

    @deed
    def absorb(self, user, other: "Case") -> None:
        """Take in a duplicate: its words, notes and private addresses move here, it is closed and leads here."""
        for rows in (other.messages, other.notes, other.links):
            rows.update(case=self)
        self.notes.create(author=user, body=f"← {other.number}")
        type(self).objects.filter(pk=other.pk).update(state=CLOSED, closed_at=timezone.now(), answer_by=None, merged_into=self, words="")

    def last_in_line(self) -> "Case":
        """The case that this one, and those it was merged into, lead to."""
        return self.merged_into.last_in_line() if self.merged_into_id else self

    @transaction.atomic
    def erase(self) -> None:
        """Forget the person for good, here and in what was merged in; what is counted stays. The openings stay, too."""
        for other in self.merged.filter(erased_at=None):
            other.erase()
        files = list(Attachment.objects.filter(message__case=self))
        for rows in (self.messages, self.notes, self.links):
            rows.all().delete()
        forget(mails_about(f"case-{self.pk}"))
        LogEntry.objects.filter(content_type__app_label="desk", content_type__model="case", object_id=str(self.pk)).delete()
        now = timezone.now()
        blank = dict.fromkeys(PERSONAL, "")
        type(self).objects.filter(pk=self.pk).update(
            **blank, languages=[], submission=None, state=CLOSED, closed_at=self.closed_at or now, answer_by=None, erased_at=now
        )
        transaction.on_commit(lambda: [row.file.delete(save=False) for row in files])
