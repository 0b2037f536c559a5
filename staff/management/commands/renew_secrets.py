from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import BaseCommand
from django.db import transaction

SECRETS = ("secret", "seed")
"""Under these names an app's secret and the seed of recovery codes are kept."""


class Command(BaseCommand):
    help = (
        "Encrypts the second factors of staff with the present SECRET_KEY, so that the one before may be taken out of SECRET_KEY_FALLBACKS. "
        "Run after a new secret; may be run again."
    )

    @transaction.atomic
    def handle(self, **options):
        adapter = get_adapter()
        rows = [row for row in Authenticator.objects.select_for_update() if set(SECRETS) & set(row.data)]
        for row in rows:
            row.data |= {name: adapter.encrypt(adapter.decrypt(row.data[name])) for name in SECRETS if name in row.data}
            row.save(update_fields=["data"])
        self.stdout.write(f"Second factors encrypted anew: {len(rows)}.")
