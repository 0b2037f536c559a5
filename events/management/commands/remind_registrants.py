from datetime import timedelta

from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone

from events.models import Event
from events.registrations import Registration

DAYS, HOURS = timedelta(days=3), timedelta(hours=3)


class Command(BaseCommand):
    help = (
        "Reminds those with a place three days and three hours before their event, each once, in their language. "
        "Who registered later than that is not reminded of it. Run every ten minutes; may be run again."
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
        waiting = event.registrations.confirmed().filter(**{field: None}, registered_at__lt=event.starts_at - before)
        return sum(self.remind_one(pk, field, about, event.starts_at) for pk in waiting.values_list("pk", flat=True))

    @transaction.atomic
    def remind_one(self, pk: int, field: str, about: str, expires_at) -> int:
        """1 when this run is the one that reminds; the row says so before the mail is queued."""
        free = Registration.objects.confirmed().filter(pk=pk, **{field: None})
        if not free.update(**{field: timezone.now()}):
            return 0
        Registration.objects.select_related("event").get(pk=pk).mail(about, expires_at=expires_at)
        return 1
