from django.core.management import BaseCommand

from core.deciding import apply_due


class Command(BaseCommand):
    help = "Applies the approved proposals whose minute has come. Run every minute; may be run again. One that no longer fits waits for a new decision."

    def handle(self, **options):
        applied, refused = apply_due()
        self.stdout.write(f"Proposals: {applied} applied, {refused} back to be decided.")
