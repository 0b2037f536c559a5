from django.core.management import BaseCommand

from agencies.applications import erase_expired as erase_applications
from core.mail import empty_old_bodies
from desk.models import Case
from events.registrations import erase_expired as erase_registrations


class Command(BaseCommand):
    help = (
        "Closes cases without a word for 14 days (answered) or 30 days (waiting), then erases what was kept long enough: cases, "
        "registrations, contact persons of applications, the words of mails. Counts stay. Run daily; --dry-run only counts."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, dry_run, **options):
        counts = {
            "cases closed": close_silent(dry_run), "cases": erase_cases(dry_run), "registrations": erase_registrations(dry_run),
            "applications": erase_applications(dry_run), "mails emptied": empty_old_bodies(dry_run),
        }  # fmt: skip
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.stdout.write(f"{'To erase' if dry_run else 'Erased'}: {told}.")


def close_silent(dry_run: bool) -> int:
    silent = list(Case.objects.silent())
    for case in [] if dry_run else silent:
        case.close()
    return len(silent)


def erase_cases(dry_run: bool) -> int:
    expired = list(Case.objects.expired())
    for case in [] if dry_run else expired:
        case.erase()
    return len(expired)
