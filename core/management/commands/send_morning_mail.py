from django.contrib.auth import get_user_model
from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone, translation

from core.mail import queue
from core.morning import morning_list


class Command(BaseCommand):
    help = "Mails the morning list to those who want it, once a day (Tokyo). Run each morning; run again it sends nothing twice."

    def handle(self, **options):
        today = timezone.localdate()
        waiting = (
            get_user_model().objects.filter(wants_morning_mail=True, is_active=True).exclude(email="").exclude(morning_mailed_on=today)
        )
        sent = sum(self.send(user, today) for user in waiting)
        self.stdout.write(f"Morning mail: {sent} sent.")

    @transaction.atomic
    def send(self, user, today) -> bool:
        """Whether there was anything to tell."""
        with translation.override(user.language):
            lines = morning_list(user)
        if lines:
            queue(user.email, "core/morning", user.language, owner=f"staff-{user.pk}", lines=lines, today=today)
        type(user).objects.filter(pk=user.pk).update(morning_mailed_on=today)
        return bool(lines)
