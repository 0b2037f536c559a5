import os
import shutil
import socket
import ssl
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from post_office.models import Email

from core.mail import due

STUCK = timedelta(minutes=15)
BACKUP_HOURS, FREE_PER_CENT, CERTIFICATE_DAYS = 26, 10, 14


class Command(BaseCommand):
    help = (
        "Fails with a sentence for each thing that must not wait for the morning: mail that nobody sends, no backup since yesterday, a disk "
        "that is nearly full, a certificate that ends. Changes nothing. Run every ten minutes; the unit of the timer tells the watch."
    )

    def handle(self, **options):
        told = [*mail_stuck(), *backup_missing(), *disk_full(), *certificate_ends()]
        if told:
            raise CommandError(" ".join(told))
        self.stdout.write("All is well.")


def mail_stuck() -> list[str]:
    """Mail whose minute came long ago without anybody taking it; mail that a server refused waits for a later minute and is none."""
    before = timezone.now() - STUCK
    count = Email.objects.filter(due(), created__lt=before).exclude(scheduled_time__gt=before).count()
    return [f"Mail that nobody sends: {count}."] if count else []


def backup_missing() -> list[str]:
    archives = [file.stat().st_mtime for file in (settings.VAR / "backups").glob("site-*.tar.gz")]
    old = time.time() - max(archives, default=0) > BACKUP_HOURS * 3600
    return [f"No backup within {BACKUP_HOURS} hours."] if old else []


def disk_full() -> list[str]:
    room = shutil.disk_usage(settings.VAR)
    free = 100 * room.free // room.total
    return [f"The disk of {settings.VAR} has {free} % left."] if free < FREE_PER_CENT else []


def certificate_ends() -> list[str]:
    """Asked over the public address, as browsers ask; SSL_CERT_FILE may name another list of authorities."""
    origin = urlsplit(settings.SITE_ORIGIN)
    if not settings.IS_HTTPS:
        return []
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
    try:
        with (
            socket.create_connection((origin.hostname, origin.port or 443), timeout=10) as line,
            context.wrap_socket(line, server_hostname=origin.hostname) as safe,
        ):
            days = (ssl.cert_time_to_seconds(safe.getpeercert()["notAfter"]) - time.time()) // 86_400
    except OSError as error:
        return [f"{settings.SITE_ORIGIN} gives no certificate that a browser takes: {error}."]
    return [f"The certificate ends in {days:.0f} days."] if days < CERTIFICATE_DAYS else []
