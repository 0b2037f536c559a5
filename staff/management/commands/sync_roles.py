from django.core.management import BaseCommand

from staff.roles import sync_roles


class Command(BaseCommand):
    help = "Makes the groups say what staff/roles.py says. Run on every deploy; may be run again."

    def handle(self, **options):
        self.stdout.write(f"Roles: {sync_roles()} permissions given.")
