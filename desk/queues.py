"""Which cases are seen by whom, wait for what, and how one begins."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import normalise

NEW, OPEN, WAITING, ANSWERED, CLOSED = "new", "open", "waiting", "answered", "closed"
STATES = [
    (NEW, _("new")),
    (OPEN, _("open")),
    (WAITING, _("waiting for the visitor")),
    (ANSWERED, _("answered")),
    (CLOSED, _("closed")),
]
SILENT_DAYS = {ANSWERED: 14, WAITING: 30}
"""After so many days without a word from the visitor a case is closed."""


class CaseQuerySet(models.QuerySet):
    def seen_by(self, user):
        """Cases that a member of staff may see: counsellors those of their office and their own, operators all, others none."""
        if user.role == "counsellor":
            return self.filter(Q(owner=user) | Q(office=user.office_id) if user.office_id else Q(owner=user))
        return self if user.has_perm("desk.view_case") else self.none()

    def to_do(self):
        return self.filter(state__in=(NEW, OPEN))

    def holding(self, text: str):
        """Cases that hold every word of a text, however its kana and letters are written."""
        found = self
        for word in normalise(text).split():
            found = found.filter(words__contains=word)
        return found

    def silent(self, at=None):
        """Answered for 14 days, or waiting for the visitor for 30, without a word."""
        at = at or timezone.now()
        over = Q(pk__in=[])
        for state, days in SILENT_DAYS.items():
            over |= Q(state=state, updated_at__lt=at - timedelta(days=days))
        return self.filter(over)

    def expired(self, at=None):
        """Closed for longer than cases are kept (setting RETENTION_CASES, in days) and not yet erased."""
        end = (at or timezone.now()) - timedelta(days=settings.RETENTION_CASES)
        return self.filter(state=CLOSED, closed_at__lt=end, erased_at=None)

    def logged(self, user, question: str, answer: str, is_answered: bool, **fields):
        """A call or a visit as a case of whoever logs it, answered there or to be followed up; the receipt goes out by mail if it can."""
        with transaction.atomic():
            case = self.begin(question, owner=user, **fields)
            if answer.strip():
                case.reply(user, answer, channel=case.channel)
            if is_answered:
                case.close()
            else:
                case.reopen()
                case.acknowledge()
        return case

    def begin(self, body: str, submission: str | None = None, message: dict | None = None, **fields):
        """Open a case with the visitor's first words and acknowledge it by mail; a second click with the same submission finds the first."""
        try:
            with transaction.atomic():
                return self._begin(body, message or {}, submission=submission, **fields)
        except IntegrityError:
            if submission and (found := self.filter(submission=submission).first()):
                return found
            raise

    def _begin(self, body: str, message: dict, **fields):
        from desk.models import answer_due  # the offices are made after the cases

        now = timezone.now()
        due = answer_due(now)
        case = self.create(opened_at=now, promised_at=due, answer_by=due, **fields)
        case.messages.create(body=body, channel=case.channel, sent_at=now, **message)
        case.words = case.searched_words()
        case.save()
        if case.channel in ("web", "mail"):
            case.acknowledge()
        return case
