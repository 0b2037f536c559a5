from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError

from pages.backups import BackupFault, files
from pages.backups.archive import checked
from pages.backups.database import database


class Command(BaseCommand):
    help = "Compares the rows of each table and the checksum of each file with the manifest of an archive. Run after `restore`."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)

    def handle(self, archive, **options):
        try:
            manifest = checked(archive)
            differences = [*of_tables(manifest["tables"]), *of_files(manifest["members"])]
        except (BackupFault, OSError, DatabaseError) as error:
            raise CommandError(str(error).strip()) from None
        if differences:
            raise CommandError("\n".join([f"{len(differences)} differences:", *differences[:50]]))
        rows = sum(manifest["tables"].values())
        self.stdout.write(f"All is there: {len(manifest['tables'])} tables, {rows} rows, {len(manifest['members']) - 1} files.")


def of_tables(expected: dict[str, int]):
    """A line for each table that holds more or less than it should."""
    found = database().counts()
    for table in sorted({*expected, *found}):
        if found.get(table) != expected.get(table):
            yield f"{table}: {told(found.get(table))}, in the archive {told(expected.get(table))}"


def told(count: int | None) -> str:
    return "no such table" if count is None else f"{count} rows"


def of_files(members: dict):
    """A line for each file that is missing, different or too many."""
    expected = {name: found for name, found in members.items() if "/" in name}
    for name in files.all_names():
        source, size = files.opened(name)
        with source:
            digest = files.digest_of(source)
        if (wanted := expected.pop(name, None)) is None:
            yield f"{name}: not in the archive"
        elif wanted != [size, digest]:
            yield f"{name}: differs"
    yield from (f"{name}: missing" for name in expected)
