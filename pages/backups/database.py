"""A copy of the database as it was at one moment, with its counts, while the site goes on writing; and the way back."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.db.backends.sqlite3._functions import register

from pages.backups import BackupFault

SESSIONS = "django_session"
"""Whoever holds a session is signed in, so none is copied."""


def left_empty(tables: list[str]) -> list[str]:
    """The tables of which only the form is copied: sessions, and the cache."""
    caches = [cache.get("LOCATION") for cache in settings.CACHES.values() if cache["BACKEND"].endswith("DatabaseCache")]
    return [table for table in tables if table in (SESSIONS, *caches)]


def counted(cursor, tables: list[str]) -> dict[str, int]:
    """The number of rows of each table."""
    counts = {}
    for table in sorted(tables):
        quoted = connection.ops.quote_name(table)
        counts[table] = cursor.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]
    return counts


class Patience:
    """Ends a copy that a lock keeps from beginning; Python itself would try for ever."""

    def __init__(self, seconds: float = 60):
        self.over = time.monotonic() + seconds

    def __call__(self, status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > self.over:
            raise BackupFault("Something holds the database locked.")


class SQLite:
    """The backup of SQLite itself: one reading transaction, which in WAL mode holds up no writer."""

    kind, file_name = "sqlite", "database.sqlite3"

    def tables(self) -> list[str]:
        return connection.introspection.table_names()

    def counts(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            return counted(cursor, self.tables())

    def copy_to(self, folder: Path) -> tuple[Path, dict[str, int]]:
        """A file with the database of this moment, and what it holds."""
        place = folder / self.file_name
        connection.ensure_connection()
        tables = self.tables()
        with closing(sqlite3.connect(place, isolation_level=None)) as copy:
            connection.connection.backup(copy, progress=Patience())
            register(copy)  # some constraints of tables call Django's functions
            copy.execute("PRAGMA journal_mode=DELETE")
            for table in left_empty(tables):
                copy.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            copy.execute("VACUUM")  # what was deleted is not left in free pages
            if (health := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise BackupFault(f"The database is damaged: {health}")
            return place, counted(copy, tables)

    def put_back(self, file: Path, tables: dict[str, int]) -> None:
        """The copy in place of the empty database, in one step. ``file`` must lie in the folder of the database."""
        with closing(sqlite3.connect(file)) as copy:
            found = counted(copy, [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")])
        if any(found.get(table) != count for table, count in tables.items()):
            raise BackupFault("The database in the archive does not hold what the manifest says. Nothing was put back.")
        place = Path(connection.settings_dict["NAME"])
        connection.close()
        for rest in ("-wal", "-shm"):
            place.with_name(place.name + rest).unlink(missing_ok=True)
        os.replace(file, place)

    def workplace(self) -> Path:
        folder = Path(connection.settings_dict["NAME"]).parent
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class PostgreSQL:
    """pg_dump and the counts look at one exported snapshot; pg_restore is one transaction."""

    kind, file_name = "postgresql", "database.dump"

    def tables(self) -> list[str]:
        return connection.introspection.table_names()

    def counts(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            return counted(Chained(cursor), self.tables())

    def copy_to(self, folder: Path) -> tuple[Path, dict[str, int]]:
        """A file with the database of this moment, and what it holds."""
        place, own = folder / self.file_name, connection.copy()
        own.settings_dict = {**own.settings_dict, "CONN_MAX_AGE": 0}
        try:
            with own.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                tables = own.introspection.table_names(cursor)
                empty = left_empty(tables)
                counts = {**counted(Chained(cursor), tables), **dict.fromkeys(empty, 0)}
                without = [f"--exclude-table-data={table}" for table in empty]
                run("pg_dump", "--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", *without,
                    f"--file={place}")  # fmt: skip
        finally:
            own.close()
        return place, counts

    def put_back(self, file: Path, tables: dict[str, int]) -> None:
        connection.close()
        try:
            run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file))
        except BackupFault as fault:
            raise BackupFault(f"{fault} Nothing was put back.") from None
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("ANALYZE")

    def workplace(self) -> None:
        return None


class Chained:
    """A cursor that answers like SQLite's: ``execute`` gives it back."""

    def __init__(self, cursor):
        self.cursor = cursor

    def execute(self, query: str):
        self.cursor.execute(query)
        return self.cursor


def run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on the database of the settings; the password goes by the environment, where nobody lists it."""
    (_psql, *place, name), environ = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [program, *place, "--dbname", name, *arguments]
    try:
        done = subprocess.run(command, env={**os.environ, **(environ or {})}, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupFault(f"{program} is missing. Debian: apt install postgresql-client") from None
    if done.returncode:
        raise BackupFault((done.stderr.strip().splitlines() or [f"{program} failed without a word."])[0])


def database() -> SQLite | PostgreSQL:
    return PostgreSQL() if connection.vendor == "postgresql" else SQLite()
