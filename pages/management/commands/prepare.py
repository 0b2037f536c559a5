import hashlib
import io
import os
import secrets
import socket

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command

from desk.models import Office
from interviews.models import Person


class Command(BaseCommand):
    help = (
        "Makes a local start ready: port free, tables, catalogues, static files (only when changed), demo content "
        "(only into an empty database), an account for each role (only if there is none). May be run again: changes nothing then."
    )

    def handle(self, **options):
        self.refuse_a_busy_port()
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("sync_roles", stdout=io.StringIO())
        call_command("compilepo", verbosity=0)
        self.collect_static()
        if settings.DEMO and not Person.objects.exists():
            self.stdout.write("Loading the demo content ...")
            call_command("load_demo", stdout=self.stdout)
        self.first_accounts()
        self.stdout.write(f"TOKYO CAREER GUIDE: {settings.SITE_ORIGIN}/   (Ctrl-C ends it)")

    def refuse_a_busy_port(self) -> None:
        port = int(os.environ.get("PORT", "8000"))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(f"Port {port} is in use. Choose another one: make run PORT={port + 1}") from error

    def collect_static(self) -> None:
        stamp = settings.STATIC_ROOT / ".collected"
        state = static_state()
        if not stamp.exists() or stamp.read_text() != state:
            self.stdout.write("Collecting static files ...")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(state)

    def first_accounts(self) -> None:
        """One account for each role to try things out with, when there is no account at all."""
        users = get_user_model().objects
        if not settings.DEMO or users.exists():
            return
        self.stdout.write(f"Accounts for {settings.SITE_ORIGIN}/admin/ (passwords are shown once):")
        office = Office.objects.first()
        for role, _label in get_user_model()._meta.get_field("role").choices:
            password = secrets.token_urlsafe(18)
            place = {"office": office} if role == "counsellor" else {}
            users.create_user(role, "", password, role=role, is_staff=True, **place)
            self.stdout.write(f"  {role:15} {password}")


def static_state() -> str:
    """A digest of everything that static files are collected from."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    for file in sorted((settings.BASE_DIR / "static").rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(settings.BASE_DIR)).encode() + file.read_bytes())
    return digest.hexdigest()
