"""The demo content, loaded once: kept as an archive of the site's own backup, put back for every worker and every house.

What it is made from is in its name: when code, fixtures, words, packages, database or the day change, it is loaded anew.
"""

import fcntl
import hashlib
import io
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from pages.backups.archive import members_of, reading
from pages.backups.database import database, run


def name() -> str:
    """The name of today's archive."""
    ours = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    folders = [*ours, settings.BASE_DIR / "locale", settings.BASE_DIR / "tokyo_career"]
    files = [file for folder in folders for file in folder.rglob("*.*") if file.is_file() and file.suffix not in (".pyc", ".mo")]
    digest = hashlib.sha256(str(timezone.localdate()).encode())
    for file in sorted([*files, settings.BASE_DIR / "requirements.txt", Path(__file__)]):
        digest.update(str(file).encode() + file.read_bytes())
    return f"{connection.vendor}-{digest.hexdigest()[:24]}.tar.gz"


def load(folder: Path) -> Path:
    """Fill the empty database and VAR with the demo content; the archive of it in ``folder``. One process makes it, the others wait.

    DEMO_ARCHIVE names another archive, for code that is changed on purpose (``tests/audit/mutants.py``).
    """
    place = Path(os.environ.get("DEMO_ARCHIVE") or folder / name())
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            make(place)
            return place
    put_back(place)
    return place


def make(place: Path) -> None:
    for old in place.parent.glob(f"{connection.vendor}-*.tar.gz"):
        old.unlink()
    call_command("load_demo", verbosity=0)
    call_command("sync_roles", stdout=io.StringIO())
    call_command("backup", to=settings.VAR / "kept", stdout=io.StringIO())
    made = next((settings.VAR / "kept").glob("*.tar.gz"))
    made.replace(place)


def put_back(place: Path) -> None:
    with reading(place) as tar:
        for info in members_of(tar):
            file = settings.VAR / info.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(tar.extractfile(info).read())
    file = settings.VAR / database().file_name
    if connection.vendor == "postgresql":
        connection.close()
        run("pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", str(file))
    else:
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as copy:
            copy.backup(connection.connection)
