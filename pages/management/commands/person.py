import logging

from django.core import serializers
from django.core.management import BaseCommand, CommandError
from django.db.models import Q

from agencies.applications import Application
from core.mail import mails_about
from desk.exchange import Attachment
from desk.models import Case
from events.registrations import Registration
from interviews.erasing import forget, rows_of
from interviews.models import Person

AUDIT = logging.getLogger("audit")


class Command(BaseCommand):
    help = (
        "Prints as JSON all that is held about one person. An e-mail address: cases, registrations, applications, with their words and mails. "
        "A slug: the person shown under /people/ with interview, clip and consent. --erase forgets the person for good instead, of people "
        "shown also every version and file; counts stay. May be run again. Archives of backups end by their own rule."
    )

    def add_arguments(self, parser):
        parser.add_argument("who")
        parser.add_argument("--erase", action="store_true")

    def handle(self, who, erase, **options):
        rows = rows_behind(who) if "@" in who else [person_shown(who)]
        facts = {"rows": [f"{row._meta.label_lower} {row.pk}" for row in rows]}
        told = (
            None if erase else serializers.serialize("json", [part for row in rows for part in parts_of(row)], indent=1, ensure_ascii=False)
        )
        for row in rows if erase else []:
            forget(row) if isinstance(row, Person) else row.erase()
        AUDIT.warning("person erased on the server" if erase else "person exported on the server", extra={"facts": facts})
        self.stdout.write(told or f"Erased: {len(rows)}.")
        for number in cases_of_others(who, rows):
            self.stderr.write(f"Mail from this address also lies in case {number}, which is of somebody else: look at it by hand.")


def person_shown(slug: str) -> Person:
    person = Person.objects.filter(slug=slug).first()
    if person is None:
        raise CommandError(f"Nobody is shown under /people/{slug}/. Whoever was deleted is brought back first, as a draft.")
    return person


def rows_behind(email: str) -> list:
    """Cases, also those that another case of the same person took in, registrations and applications."""
    cases = Case.objects.filter(Q(email__iexact=email) | Q(merged_into__email__iexact=email))
    return [*cases, *Registration.objects.filter(email__iexact=email), *Application.objects.filter(contact_email__iexact=email)]


def cases_of_others(email: str, rows: list) -> list[str]:
    written = Case.objects.filter(messages__sender__iexact=email).distinct()
    return [case.number for case in written if case not in rows]


def parts_of(row) -> list:
    """A row and what else says something about the person: words, notes and files of a case, and mails."""
    if isinstance(row, Person):
        return rows_of(row)
    if not isinstance(row, Case):
        return [row, *mails_about(row.owner)]
    files = Attachment.objects.filter(message__case=row)
    return [row, *row.messages.all(), *row.notes.all(), *files, *mails_about(f"case-{row.pk}")]
