import logging

from django.core.management import BaseCommand, CommandError

from staff.models import User

AUDIT = logging.getLogger("audit")


class Command(BaseCommand):
    help = "Takes away the second factors of one account (a lost phone); it sets up a new one at the next sign-in. All administrators are told."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, username, **options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        user.reset_mfa(by="server")
        AUDIT.warning("second factors reset on the server", extra={"row": user})
        self.stdout.write(f"The second factors of {username} are gone.")
