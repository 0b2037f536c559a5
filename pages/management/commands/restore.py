import shutil
import sqlite3
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError, connection

from pages.backups import BackupFault, files
from pages.backups.archive import MANIFEST, checked, members_of, reading
from pages.backups.database import database


class Command(BaseCommand):
    help = "Puts an archive of `backup` back into an empty database and empty folders (or an empty bucket): all of it or nothing."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)

    def handle(self, archive, **options):
        try:
            database().workplace()
            self.refuse_a_filled_place()
            manifest = checked(archive)
            refuse_what_does_not_fit(manifest)
            put_back(archive, manifest)
        except BackupFault as fault:
            raise CommandError(str(fault)) from None
        except (OSError, DatabaseError, sqlite3.Error) as error:
            raise CommandError(f"{str(error).strip()}. Nothing was put back.") from None
        rows = sum(manifest["tables"].values())
        self.stdout.write(f"Put back: {rows} rows, {len(manifest['members']) - 1} files, of {manifest['made_at']}.")
        self.stdout.write("Now: manage.py check_restore with the same archive, then manage.py prepare.")

    def refuse_a_filled_place(self) -> None:
        if tables := database().tables():
            raise BackupFault(f"The database holds {len(tables)} tables already. Restore into an empty one. Nothing was put back.")
        if (name := next(files.all_names(), None)) is not None:
            raise BackupFault(f"There are files already, such as {name}. Restore into an empty place. Nothing was put back.")


def refuse_what_does_not_fit(manifest: dict) -> None:
    kind = database().kind
    if manifest["database"] != kind:
        raise BackupFault(
            f"The archive comes from {manifest['database']}, DATABASE_URL names {kind}. Set DATABASE_URL to an empty database of "
            "the same kind. Nothing was put back."
        )
    if database().file_name not in manifest["members"]:
        raise BackupFault("The archive holds no database. Nothing was put back.")
    needed = sum(size for size, _digest in manifest["members"].values())
    free = shutil.disk_usage(next(each for each in (settings.VAR, *settings.VAR.parents) if each.exists())).free
    if needed > free:
        raise BackupFault(f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free. Nothing was put back.")


def put_back(archive: Path, manifest: dict) -> None:
    """The files, then the database in one step; when anything fails, what was written goes again."""
    target, written = database(), []
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=target.workplace()) as work:
        copy = Path(work) / target.file_name
        try:
            with reading(archive) as tar:
                for info in members_of(tar):
                    source = tar.extractfile(info)
                    if info.name == target.file_name:
                        with open(copy, "wb") as stream:
                            shutil.copyfileobj(source, stream, 1 << 20)
                    elif info.name != MANIFEST:
                        if files.is_there(info.name):
                            raise BackupFault(f"{info.name} came from elsewhere meanwhile. Nothing was put back.")
                        written.append(info.name)
                        files.saved(info.name, source)
            target.put_back(copy, manifest["tables"])
        except BaseException:
            for name in written:
                files.removed(name)
            connection.close()
            raise
