import logging

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction

from staff import roles
from staff.mail import send
from staff.models import User

AUDIT = logging.getLogger("audit")


class Command(BaseCommand):
    help = "Makes an administrator's account and mails them the way to choose a password. All administrators are told. Needs a mail server."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--language", choices=["ja", "en"], default="ja")

    @transaction.atomic
    def handle(self, email, language, **options):
        before = list(User.objects.administrators())
        try:
            user = User.objects.invite(email, roles.ADMINISTRATOR, language=language)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        for other in before:
            send(other, "administrator_invited", name=user.get_username())
        AUDIT.warning("administrator invited on the server", extra={"row": user})
        self.stdout.write(f"Invited {email}.")
