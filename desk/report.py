"""The monthly report on cases: counts, times and ratings, and nothing about a person."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median

from django.utils import timezone
from django_countries import countries

from desk.cases import RATINGS, Case
from desk.exchange import CHANNELS
from desk.models import Office
from desk.topics import topic_choices

COLUMNS = ("opened_at", "office", "country", "language", "channel", "topic", "first_answered_at", "promised_at", "rating", "state")
LANGUAGES = {"ja": "日本語", "en": "English"}


def first_of_next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def start_of(month: date) -> datetime:
    """The first moment of a month in Tokyo."""
    return timezone.make_aware(datetime.combine(month, time.min))


def at_share(ordered: list[float], share: float) -> float | None:
    """The value below which so many of the ordered values lie (nearest rank)."""
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else None


@dataclass
class Tally:
    """Counts and times of some cases; times in hours between question and first answer, by the clock."""

    count: int = 0
    hours: list[float] = field(default_factory=list)
    in_time: int = 0
    due: int = 0
    ratings: list[int] = field(default_factory=list)

    def add(self, row: dict, now: datetime) -> None:
        self.count += 1
        answered = row["first_answered_at"]
        if answered:
            self.hours.append((answered - row["opened_at"]).total_seconds() / 3600)
        if answered or row["promised_at"] < now:
            self.due += 1
            self.in_time += bool(answered and answered <= row["promised_at"])
        if row["rating"]:
            self.ratings.append(row["rating"])

    @property
    def median_hours(self) -> float | None:
        return round(median(self.hours), 1) if self.hours else None

    @property
    def most_hours(self) -> float | None:
        """Nine of ten first answers came within so many hours."""
        found = at_share(sorted(self.hours), 0.9)
        return None if found is None else round(found, 1)

    @property
    def share_in_time(self) -> int | None:
        """Per cent of the cases whose answer was due or given."""
        return round(100 * self.in_time / self.due) if self.due else None

    @property
    def rating(self) -> float | None:
        return round(sum(self.ratings) / len(self.ratings), 2) if self.ratings else None


@dataclass
class Report:
    """The cases opened from one month to another (both included, Tokyo)."""

    first: date
    last: date
    total: Tally = field(default_factory=Tally)
    months: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    ratings: Counter = field(default_factory=Counter)

    @classmethod
    def of(cls, first: date, last: date, cases=None) -> "Report":
        """Count the given cases (default all); those merged into another are counted once, with it."""
        report = cls(first, last, groups={name: {} for name in ("office", "country", "language", "channel", "topic")})
        month = first
        while month <= last:
            report.months[f"{month:%Y-%m}"] = Tally()
            month = first_of_next(month)
        found = (Case.objects.all() if cases is None else cases).filter(merged_into=None)
        for row in found.filter(opened_at__gte=start_of(first), opened_at__lt=start_of(first_of_next(last))).values(*COLUMNS):
            report.add(row)
        return report

    def add(self, row: dict) -> None:
        now = timezone.now()
        self.total.add(row, now)
        self.months[f"{timezone.localtime(row['opened_at']):%Y-%m}"].add(row, now)
        for name, tallies in self.groups.items():
            tallies.setdefault(row[name], Tally()).add(row, now)
        self.ratings[row["rating"]] += bool(row["rating"])

    def labels(self) -> dict[str, dict]:
        """The names of the codes of each group in the active language."""
        return {
            "office": {office.pk: office.name or office.slug for office in Office.objects.all()},
            "country": dict(countries), "language": LANGUAGES, "channel": dict(CHANNELS), "topic": dict(topic_choices()),
        }  # fmt: skip

    def rows_of(self, group: str) -> list[tuple[str, Tally]]:
        """Name and tally of each value of a group, the most frequent first."""
        names = self.labels()[group]
        return sorted(
            ((str(names.get(code) or code or "–"), tally) for code, tally in self.groups[group].items()), key=lambda pair: -pair[1].count
        )

    def stars(self) -> list[tuple[str, int]]:
        return [(str(label), self.ratings[value]) for value, label in RATINGS]
