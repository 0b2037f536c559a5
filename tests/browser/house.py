"""The staff's house as it is run: its own database and folder, a server with two workers, second factors on, a real mail server."""

import base64
import fcntl
import hmac
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

import psycopg
from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[2]
SECRET = "JBSWY3DPEHPK3PXP"
ENROL = (
    "from allauth.mfa.totp.internal.auth import TOTP; from staff.models import User\n"
    f"for user in User.objects.exclude(role='administrator'): TOTP.activate(user, {SECRET!r})"
)


def chromium(*rather: str) -> str:
    """The program to start for Chromium: one of ``rather`` where it is installed."""
    return next(path for name in (*rather, "chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def code() -> str:
    """The six digits that the authenticator app shows now (RFC 6238: HMAC-SHA-1, steps of 30 seconds)."""
    digest = hmac.new(base64.b32decode(SECRET), struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Letterbox:
    """Keeps what the mail server received."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"


@contextmanager
def database(url: str, name: str):
    """A database of its own beside the one of the tests; with SQLite the house makes its file itself."""
    if not url.startswith("postgres"):
        yield {}
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class House:
    """``archive``: the demo content, put back instead of loaded."""

    def __init__(self, folder: Path, environ: dict, box: Letterbox, archive: Path | None):
        self.port, self.box, self.archive = free_port(), box, archive
        self.origin = f"http://localhost:{self.port}"
        own = {"VAR": str(folder), "PORT": str(self.port), "SITE_ORIGIN": self.origin, "STAFF_MFA": "on", "CACHE_URL": "dbcache://cache"}
        self.environ = {**{name: value for name, value in os.environ.items() if name != "DATABASE_URL"}, **own, **environ}

    def start(self, *words: str, **options) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.environ, **options)

    def manage(self, *words: str) -> str:
        """What a command of ``manage.py`` says."""
        self.console.stdin.write(json.dumps(words) + "\n")
        self.console.stdin.flush()
        went_well, said = json.loads(self.console.stdout.readline())
        assert went_well, said
        return said

    def open(self) -> None:
        self.console = self.start("-m", "tests.browser.console", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = self.furnished(self.archive) if self.archive else self.manage("prepare")
        self.passwords = dict(re.findall(r"^  (\w+) +(\S+)$", told, re.MULTILINE))
        self.manage("shell", "-v", "0", "-c", ENROL)
        server = ["gunicorn", "tokyo_career.wsgi", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        self.process = self.start("-m", *server)
        for _try in range(100):
            try:
                return urllib.request.urlopen(f"{self.origin}/healthz", timeout=1).close()
            except OSError:
                time.sleep(0.2)
        raise AssertionError("the house did not open")

    def furnished(self, archive: Path) -> str:
        """What ``prepare`` says after the demo content is put back; if nothing changed, static files are those of an earlier house."""
        self.manage("restore", str(archive))
        own, kept = Path(self.environ["VAR"]) / "static", archive.parent / "static"
        with open(archive.parent / "static.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if kept.exists():
                shutil.copytree(kept, own)
            told = self.manage("prepare")
            if "Collecting" in told:
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(own, whole := kept.with_suffix(".new"), dirs_exist_ok=True)
                whole.rename(kept)  # a copy that was broken off is never taken
        return told

    def forget_limits(self) -> None:
        """Let visitors write again at once, who otherwise wait a minute."""
        self.manage("shell", "-v", "0", "-c", "from django.core.cache import cache; cache.clear()")

    def close(self) -> None:
        with self.console:
            self.console.stdin.close()
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def opened(folder: Path, url: str, archive: Path | None = None):
    """The running house."""
    box = Letterbox()
    sink = Controller(box, hostname="127.0.0.1", port=free_port())
    sink.start()
    with database(url, f"house_{os.getpid()}") as environ:
        house = House(folder, {**environ, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}, box, archive)
        house.open()
        yield house
        house.close()
    sink.stop()


def watched(context):
    page = context.new_page()
    context.complaints = []
    context.on("console", lambda message: context.complaints.append(message.text) if message.type in ("error", "warning") else None)
    context.on("weberror", lambda error: context.complaints.append(str(error.error)))
    return page


def quiet(page) -> None:
    assert page.context.complaints == []


def follow(target) -> None:
    """Click on what leads to a page, and wait until that page is there."""
    with target.page.expect_navigation():
        target.click()


def save(page) -> None:
    follow(page.locator("[name=_save]"))
