"""A visitor's wait for a database that says nothing, on the real driver."""

import socket
import time

import psycopg
import pytest
from django.db import connection

from core.postgres import base

needs_postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL stands on another machine")


@pytest.fixture
def impatient(monkeypatch):
    """The web server's patience, shortened; nobody is silent at the beginning."""
    monkeypatch.setattr(base, "PATIENCE", 0.5)
    monkeypatch.setattr(base.DatabaseWrapper, "silent_until", 0.0)


@needs_postgres
@pytest.mark.django_db
def test_a_visitor_waits_no_longer_than_patience_when_the_database_falls_silent(impatient):
    with base.Line.connect(**{**connection.get_connection_params(), "context": None, "cursor_factory": None}) as line:
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="did not answer within"):
            line.execute("SELECT pg_sleep(30)")
        assert 0.4 < time.monotonic() - began < 2 and line.closed
    other = connection.copy()
    with pytest.raises(psycopg.OperationalError, match="silent a moment ago"):
        other.get_new_connection(other.get_connection_params())


@needs_postgres
@pytest.mark.django_db
def test_a_visitor_gets_what_was_asked_for_when_the_database_answers_in_time(impatient):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1), 7")
        assert cursor.fetchone()[1] == 7


@needs_postgres
def test_a_worker_is_held_up_once_when_nothing_takes_new_lines(impatient):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        wrapper = connection.copy()
        params = {**wrapper.get_connection_params(), "host": "127.0.0.1", "port": mute.getsockname()[1], "connect_timeout": 2}
        with pytest.raises(psycopg.OperationalError):
            wrapper.get_new_connection(params)
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="silent a moment ago"):
            wrapper.get_new_connection(params)
        assert time.monotonic() - began < 0.5
