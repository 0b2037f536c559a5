import fcntl
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from pages.backups import BackupFault, files
from pages.backups.archive import Writer, checked, to_forget
from pages.backups.database import database

SETTING = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')


class Command(BaseCommand):
    help = (
        "Writes database, pictures (public and private) and the names of the settings in use into one archive, checks it, and forgets "
        "old archives: the newest of each of 14 days and of 8 weeks stay. The site goes on meanwhile. Run each night; may be run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, default=settings.VAR / "backups", help="folder for the archives (default: var/backups)")
        parser.add_argument("--keep", nargs=2, type=int, default=[14, 8], metavar=("DAYS", "WEEKS"))

    def handle(self, to, keep, **options):
        if min(keep) < 0 or max(keep) < 1:
            raise CommandError("--keep needs two numbers, days and weeks, not both 0.")
        try:
            with alone_in(to) as work:
                place, manifest = made(to, work)
                old = [name for name in to_forget(os.listdir(to), *keep) if name != place.name]
                for name in old:
                    (to / name).unlink()
        except BackupFault as fault:
            raise CommandError(f"No backup was made. {fault}") from None
        except (OSError, DatabaseError, sqlite3.Error) as error:
            raise CommandError(f"No backup was made. {str(error).strip()}") from None
        size = place.stat().st_size / 1_000_000
        rows, count = sum(manifest["tables"].values()), len(manifest["members"]) - 1
        self.stdout.write(f"{place}: {size:.1f} MB, {rows} rows, {count} files, checked. Forgotten: {len(old)}.")


@contextmanager
def alone_in(folder: Path):
    """A folder to work in, while no other backup writes here; what a killed one left goes first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFault("Another backup is running.") from None
        for rest in folder.glob(".making-*"):
            shutil.rmtree(rest, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder, ignore_cleanup_errors=True) as work:
            yield Path(work)


def free_place(folder: Path, now) -> Path:
    """Where an archive of this second goes; of the next one, when another archive has the name."""
    while (place := folder / f"site-{now:%Y%m%d-%H%M%S}.tar.gz").exists():
        now += timedelta(seconds=1)
    return place


def made(folder: Path, work: Path) -> tuple[Path, dict]:
    """A finished archive and its manifest: first the database, then the files, so that no row is without its file."""
    now = timezone.localtime()
    source = database()
    part, place = work / "archive", free_place(folder, now)
    with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar:
            writer = Writer(tar, now)
            copy, counts = source.copy_to(work)
            with open(copy, "rb") as stream:
                writer.add(source.file_name, stream, copy.stat().st_size)
            copy.unlink()
            gone = add_files(writer)
            writer.finish({"database": source.kind, "tables": counts, "gone_meanwhile": gone, "settings": settings_in_use()})
        os.fsync(raw.fileno())
    manifest = checked(part)
    os.replace(part, place)
    return place, manifest


def add_files(writer: Writer) -> list[str]:
    """Add every file; those that were deleted meanwhile are named."""
    gone = []
    for name in files.all_names():
        try:
            source, size = files.opened(name)
        except FileNotFoundError:
            gone.append(name)
            continue
        with source:
            writer.add(name, source, size)
    return gone


def names_of_settings() -> list[str]:
    """Every variable that the settings read."""
    return sorted({*SETTING.findall((settings.BASE_DIR / "tokyo_career/settings.py").read_text()), "WEB_WORKERS"})


def settings_in_use() -> list[str]:
    """Which of them are set; never to what."""
    return [name for name in names_of_settings() if os.environ.get(name)]
