"""A database that stands still refuses nothing and closes nothing: its lines just stay silent, and no timeout of TCP notices.

In the web server (DATABASE_PATIENCE seconds, set by deploy/gunicorn.conf.py) a query that is not answered in time ends its line, and
for some seconds every question fails at once instead of holding up a worker. Commands have no such limit.
"""

import os
import time
from types import SimpleNamespace

import psycopg
from django.db.backends.postgresql import base

PATIENCE = float(os.environ.get("DATABASE_PATIENCE", "0"))
PAUSE = 5
"""Seconds in which a silent database is not asked again."""


class Line(psycopg.Connection):
    """A connection that is given up when an answer takes too long."""

    def wait(self, gen, *args, **limits):
        try:
            return super().wait(gen, *args, **{"timeout": PATIENCE or None, **limits})
        except psycopg.errors._WaitTimeout:
            DatabaseWrapper.silent_until = time.monotonic() + PAUSE
            self.close()
            raise psycopg.OperationalError(f"The database did not answer within {PATIENCE} seconds.") from None


class DatabaseWrapper(base.DatabaseWrapper):
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Line.connect})
    silent_until = 0.0

    def get_new_connection(self, conn_params):
        """A line, unless the database was silent a moment ago."""
        if time.monotonic() < DatabaseWrapper.silent_until:
            raise psycopg.OperationalError("The database was silent a moment ago.")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            DatabaseWrapper.silent_until = time.monotonic() + (PAUSE if PATIENCE else 0)
            raise
