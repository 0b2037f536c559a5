from datetime import timedelta

from django.core.management import BaseCommand
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.models import Event

DAYS, HOURS = timedelta(days=3), timedelta(hours=3)


class Command(BaseCommand):
    help = (
        "Reminds those with a place three days and three hours before their event, each once, in their language. "
        "Who got the place later than that is not reminded of it; of an event that was put off everybody is reminded anew. "
        "Run every ten minutes; may be run again."
    )

    def handle(self, **options):
        now = timezone.now()
        coming = Event.objects.published().filter(starts_at__gt=now, starts_at__lte=now + DAYS)
        sent = sum(self.remind(event, now) for event in coming)
        self.stdout.write(f"Reminders: {sent} queued.")

    def remind(self, event: Event, now) -> int:
        before, field, about = (
            (HOURS, "reminded_hours_at", "reminder_hours")
            if now >= event.starts_at - HOURS
            else (DAYS, "reminded_days_at", "reminder_days")
        )
        mark = event.starts_at - before
        not_yet = Q(**{field: None}) | Q(**{f"{field}__lt": mark})
        due = event.registrations.confirmed().filter(not_yet, confirmed_at__lt=mark)
        return sum(self.remind_one(due.filter(pk=pk), field, about, event.starts_at) for pk in list(due.values_list("pk", flat=True)))

    @transaction.atomic
    def remind_one(self, due, field: str, about: str, expires_at) -> int:
        """1 when this run is the one that reminds; the row says so before the mail is queued."""
        row = due.select_related("event").first()
        if row is None or not due.update(**{field: timezone.now()}):
            return 0
        row.mail(about, expires_at=expires_at)
        return 1
