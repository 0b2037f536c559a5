from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from post_office import mail

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
            body = render_to_string(
                f"core/mail/morning.{user.language}.txt", {"lines": lines, "origin": settings.SITE_ORIGIN, "today": today}
            )
        subject, _line, body = body.partition("\n")
        if lines:
            mail.send(user.email, subject=subject.strip(), message=body.strip() + "\n")
        type(user).objects.filter(pk=user.pk).update(morning_mailed_on=today)
        return bool(lines)
