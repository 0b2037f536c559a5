"""What the drills break: an app that is started again as systemd would, a cache, a mail server, a small disk; and the visitors."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.fronts import App, Front, wait_for
from benchmarks.kills import STAMP, Database
from tests.browser.house import ROOT, free_port

SLOWEST = 3.0
"""Seconds within which a visitor has an answer."""

READERS, PAUSE, WRITERS = 6, 0.08, 6
PUBLIC = (
    "",
    "people/",
    "faq/",
    "faq/visa/",
    "steps/",
    "agencies/",
    "guide/",
    "events/",
    "desk/",
    "desk/ask/",
    "about/",
    "privacy/",
    "sitemap/",
)
WORDS = re.compile(r"[ぁ-ん]{3}|try again|later|moment")
HEIR = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True); os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"  # fmt: skip


def children(pid: int) -> list[int]:
    return [int(each) for each in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]


def signalled(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


class WatchedApp(App):
    """An app whose socket outlives it, and which is started again at once: deploy/systemd in twenty lines."""

    def start(self) -> None:
        self.socket, self.over = socket.create_server(("127.0.0.1", self.port), backlog=1024), threading.Event()
        self.socket.set_inheritable(True)
        self.watch = threading.Thread(target=self.keep)
        self.watch.start()
        wait_for(lambda: self.ask("/healthz").status == 200)

    def keep(self) -> None:
        server = ["-m", "gunicorn", "tokyo_career.wsgi", "--config", "deploy/gunicorn.conf.py"]
        number = self.socket.fileno()
        while not self.over.is_set():
            self.process = self.begin(
                "-c", HEIR, str(number), *server, pass_fds=[number], start_new_session=True, stdout=subprocess.DEVNULL
            )
            self.process.wait()
            signalled([-self.process.pid], signal.SIGKILL)
            self.over.wait(0.1)

    @property
    def workers(self) -> list[int]:
        return children(self.process.pid)

    def stop(self) -> None:
        self.over.set()
        self.process.terminate()
        self.watch.join()


class WatchedDatabase(Database):
    """A database server whose processes can be stopped, stilled and started again."""

    @property
    def pids(self) -> list[int]:
        first = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        return [first, *children(first)]

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def die(self) -> None:
        signalled(self.pids, signal.SIGKILL)

    def be_still(self) -> None:
        self.still = self.pids
        signalled(self.still, signal.SIGSTOP)

    def move_again(self) -> None:
        signalled(self.still, signal.SIGCONT)

    def revive(self) -> None:
        for _try in range(20):
            try:
                return self.start()
            except subprocess.CalledProcessError:
                if self.answers():
                    return None
                time.sleep(0.5)
        raise RuntimeError((self.folder / "log").read_text()[-2_000:])

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def need_room(self) -> None:
        """Have the database begin a new file of its log, for which there is no room on a full disk."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as connection:
            for _file in range(3):
                connection.execute("SELECT pg_logical_emit_message(true, 'drill', 'x')")
                connection.execute("SELECT pg_switch_wal()")

    def kept(self) -> Counter:
        """The addresses of all questions that are stored."""
        with psycopg.connect(self.url) as connection:
            return Counter(row[0] for row in connection.execute("SELECT email FROM desk_case"))


class Cache:
    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.start()

    def start(self) -> None:
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen(["redis-server", *place], stdout=subprocess.DEVNULL)
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class MailServer:
    """tests/smtp.py with its moods."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, str(ROOT / "tests/smtp.py"), json.dumps([str(self.folder), self.port])])
        wait_for(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def be(self, mood: str) -> None:
        (self.folder / "mood").write_text(mood)


class Disk:
    """A small disk of its own, which can be filled to the last byte."""

    def __init__(self, folder: Path, megabytes: int = 600):
        self.folder = folder
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(folder)], check=True)

    def fill(self) -> None:
        with open(self.folder / "filler", "wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 20)) == 1 << 20:
                    pass
            except OSError:
                return

    def free(self) -> None:
        (self.folder / "filler").unlink()

    def end(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class Visits:
    """Readers of public pages through the front server: every answer with its status, its time and what was wrong with it."""

    def __init__(self, front: Front, over: threading.Event):
        self.front, self.over, self.lock = front, over, threading.Lock()
        self.answers, self.wrong, self.statuses = [], Counter(), Counter()
        self.paths = [f"/{language}/{path}" for path in (*PUBLIC, "search/?q=visa") for language in ("en", "ja")]

    def read(self, number: int) -> None:
        connection, turn = self.front.connection(), number
        while not self.over.wait(PAUSE):
            path, began = self.paths[turn % len(self.paths)], time.monotonic()
            turn += READERS - 1
            try:
                connection.request("GET", path, headers={"Accept-Encoding": "identity"})
                answer = connection.getresponse()
                self.note(path, answer.status, answer.read().decode(errors="replace"), began)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self.note(path, type(error).__name__, "", began)

    def note(self, path: str, status, text: str, began: float) -> None:
        ended = time.monotonic()
        good = (status == 200 and "</html>" in text) or (status == 503 and WORDS.search(text))
        with self.lock:
            self.statuses[status] += 1
            self.answers.append((ended, bool(good), ended - began))
            if not good or ended - began > SLOWEST:
                self.wrong[f"{path} {status} {ended - began:.1f} s"] += 1

    def longest_gap(self) -> float:
        """Seconds in which nobody got a right answer."""
        moments = sorted(ended for ended, good, _took in self.answers if good)
        return max((later - earlier for earlier, later in zip(moments, moments[1:], strict=False)), default=99)


class Questions:
    """Visitors who ask the desk and press "send" again, with the same stamp, until they are thanked."""

    def __init__(self, app: App, over: threading.Event):
        self.app, self.over, self.lock = app, over, threading.Lock()
        self.number, self.acknowledged = int(time.time()) % 100_000 * 100, []

    def send(self, method: str, number: int, body: str | None = None):
        sender = {"X-Forwarded-For": f"203.{number // 62_500 % 250}.{number // 250 % 250}.{number % 250 + 1}"}
        try:
            return self.app.ask("/en/desk/ask/", method, body, **sender, **{"Content-Type": "application/x-www-form-urlencoded"})
        except (OSError, http.client.HTTPException):
            return None

    def ask(self) -> None:
        while not self.over.is_set():
            with self.lock:
                self.number += 1
                number = self.number
            answer = self.send("GET", number)
            if not answer or answer.status != 200 or not (stamp := STAMP.search(answer.body)):
                self.over.wait(0.3)
                continue
            self.press_send(number, unescape(stamp[1]))

    def press_send(self, number: int, stamp: str) -> None:
        address = f"drill{number}@example.org"
        fields = {"stamp": stamp, "topic": "other", "question": f"Qzx {number}", "name": "Mai", "email": address, "country": "VN"}
        body = urlencode({**fields, "languages": "en", "wish": "mail", "consent": "on", "seen_answers": "1"})
        time.sleep(3.1)
        for _try in range(40):
            answer = self.send("POST", number, body)
            if answer and answer.status == 302:
                with self.lock:
                    self.acknowledged.append(address)
                return
            time.sleep(0.3)
