"""The edition: one number for all that visitors read, raised by whatever changes a page, inside the same transaction.

The next request of every worker on every server sees the new number; nothing expires by guess. Moments at which pages
change by themselves are known beforehand: the first request at or after one raises the number.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db import DatabaseError, connection, models
from django.db.models import F
from django.utils import timezone

from core.links import content_models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FARTHEST = timedelta(hours=25)
"""No next change is farther away: there is a midnight in Tokyo before."""

UNSAID = -1
"""The number of an edition that ought to be raised and cannot be (disk full, read-only): nothing is kept under it."""

SELECT = "SELECT number, next_change_at, seen_at FROM core_edition WHERE id = 1"


class Edition(models.Model):
    """What visitors read at this moment, as one number that only grows; one row.

    ``next_change_at``: when pages change by themselves (None: not reckoned yet). ``seen_at``: the latest such moment that a
    worker saw pass; a clock that is set back afterwards brings nothing back.
    """

    number = models.PositiveBigIntegerField(default=1)
    next_change_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=EPOCH)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_edition")]


class Present(NamedTuple):
    number: int
    next_change_at: datetime | None
    seen_at: datetime


seen_at: ContextVar[datetime] = ContextVar("seen", default=EPOCH)
_held: ContextVar[list | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The moment (aware) that pages are made for: the clock, but never before a change that readers have seen."""
    return max(timezone.now(), seen_at.get())


def raise_edition() -> None:
    """The pages have changed: a number that no page is kept under, once the running transaction is through."""
    held = _held.get()
    if held is not None:
        held.append(True)
    elif not Edition.objects.filter(pk=1).update(number=F("number") + 1, next_change_at=None):
        Edition.objects.bulk_create([Edition(pk=1)], ignore_conflicts=True)


@contextmanager
def raised_once():
    """For deeds on many rows: raise the edition at the end, once, so that nobody waits for its row (or for us) meanwhile.

    Belongs directly inside the transaction of the deed.
    """
    if _held.get() is not None:
        yield
        return
    held: list = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    if held:
        raise_edition()


@cache
def is_shown(model) -> bool:
    """Whether rows of a model are read on pages: content, parts of content, the words on every page; never what visitors sent."""
    if getattr(model, "is_private", False):
        return False
    owners = [field.related_model for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    return model._meta.label == "core.SiteText" or any(getattr(each, "is_content", False) for each in (model, *owners))


def rows_changed(sender, **kwargs) -> None:
    """Receiver of post_save, post_delete and content_changed."""
    if is_shown(sender):
        raise_edition()


def next_change(at: datetime) -> datetime:
    """The first moment after ``at`` at which a page changes by itself; Tokyo midnight at the latest, with which days end.

    Midnight stands for everything that is entered as a day: licences, consents, check-by days, age of a verification.
    """
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min([midnight, *(moment for model in content_models() if (moment := model.next_change(at)))])


def _moment(value: datetime | None) -> datetime | None:
    """An aware datetime from what the driver gives; SQLite's is naive and in UTC."""
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def read_edition() -> Present | None:
    with connection.cursor() as cursor:
        cursor.execute(SELECT)
        row = cursor.fetchone()
    return Present(row[0], _moment(row[1]), _moment(row[2])) if row else None


def present() -> Present:
    """The edition of this moment; whoever first sees a change pass raises it. Raises DatabaseError when nothing answers."""
    found = read_edition()
    for _try in range(3):
        at = timezone.now()
        if found and found.next_change_at and at < found.next_change_at < at + FARTHEST:
            return found
        try:
            _move_on(found, at)
        except DatabaseError:
            return Present(UNSAID, None, found.seen_at if found else EPOCH)
        found = read_edition()
    return found or Present(UNSAID, None, EPOCH)


def _move_on(found: Present | None, at: datetime) -> None:
    """Note the next change; with a number of its own if the last one has passed. Somebody else may have been quicker."""
    if found is None:
        Edition.objects.bulk_create([Edition(pk=1)], ignore_conflicts=True)
        return
    values = {"next_change_at": next_change(at)}
    if found.next_change_at and found.next_change_at <= at:
        values |= {"number": F("number") + 1, "seen_at": max(found.seen_at, found.next_change_at)}
    Edition.objects.filter(pk=1, number=found.number, next_change_at=found.next_change_at).update(**values)
