"""Kills (SIGKILL) a worker, the sender of mail and the database while 200 questions are sent, and counts what was lost.

Starts everything itself on loopback: gunicorn with two workers, ``deliver_mail``, a mail server, and with ``--postgres`` a database
server of its own (needs Debian's postgresql and root). A question that was not acknowledged is sent again with the same stamp, as a
visitor would who presses "send" once more. Prints one table; fails when something acknowledged is lost, a question became two cases,
or more mails were repeated than senders were killed.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.house import ROOT, free_port
from tests.smtp import mail_server

COUNT, THREADS, EVERY = 200, 4, 1.5
"""Questions, visitors at a time, seconds between two kills."""

STAMP = re.compile(r'name="stamp" value="([^"]+)"')


class Database:
    """A PostgreSQL of its own, to be killed and started again."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.bin = next(Path("/usr/lib/postgresql").glob("*/bin"))
        shutil.chown(folder, "postgres")
        self.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres")
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(["runuser", "-u", "postgres", "--", str(self.bin / program), *arguments], check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """The server and everything it started, as the kernel does when memory is gone; then a start that repairs from its log."""
        first = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True).stdout.split()
        for pid in [first, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        for _try in range(20):
            time.sleep(0.5)
            try:
                return self.start()
            except subprocess.CalledProcessError:
                continue
        raise RuntimeError((self.folder / "log").read_text()[-2_000:])

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


class Stack:
    def __init__(self, folder: Path, environ: dict, database: Database | None):
        self.port, self.database, self.killed = free_port(), database, Counter()
        own = {
            "VAR": str(folder / "var"),
            "PORT": str(self.port),
            "SITE_ORIGIN": f"http://127.0.0.1:{self.port}",
            "STAFF_MFA": "off",
            "PROXIES": "1",
        }
        self.environ = {**os.environ, **own, **environ}
        self.manage("prepare")
        self.server = self.begin(
            "-m", "gunicorn", "tokyo_career.wsgi", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"
        )
        self.sender = self.begin("manage.py", "deliver_mail", "--every", "0.2")
        time.sleep(5)

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environ, check=True, capture_output=True, text=True
        ).stdout

    def begin(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def kill_worker(self) -> None:
        children = subprocess.run(["pgrep", "-P", str(self.server.pid)], capture_output=True, text=True).stdout.split()
        os.kill(int(random.choice(children)), signal.SIGKILL)

    def kill_sender(self) -> None:
        self.sender.kill()
        self.sender.wait()
        self.sender = self.begin("manage.py", "deliver_mail", "--every", "0.2")

    def kill_database(self) -> None:
        self.database.kill()

    def kill_in_turn(self, over: threading.Event) -> None:
        names = ["worker", "sender", *(["database"] if self.database else [])]
        turn = 0
        while not over.wait(EVERY):
            name = names[turn % len(names)]
            getattr(self, f"kill_{name}")()
            self.killed[name] += 1
            turn += 1

    def end(self) -> None:
        for process in (self.server, self.sender):
            process.terminate()
            process.wait(20)
        if self.database:
            self.database.run("pg_ctl", "-D", str(self.database.folder / "data"), "-m", "immediate", "stop")


class Visitors:
    """Sends the questions and remembers which were acknowledged, how long each answer took and what failed."""

    def __init__(self, port: int):
        self.port, self.lock = port, threading.Lock()
        self.waiting, self.acknowledged, self.waits, self.failures = list(range(COUNT)), {}, [], Counter()

    def ask(self, method: str, number: int, body: str = "") -> http.client.HTTPResponse | None:
        headers = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}", "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        start = time.perf_counter()
        try:
            connection.request(method, "/en/desk/ask/", body, headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.failures[type(error).__name__] += 1
            return None
        finally:
            connection.close()
        if answer.status == 302:
            self.waits.append(time.perf_counter() - start)
        elif answer.status >= 500:
            self.failures[str(answer.status)] += 1
        return answer

    def stamp(self, number: int) -> str:
        while True:
            answer = self.ask("GET", number)
            if answer and answer.status == 200:
                return unescape(STAMP.search(answer.text)[1])
            time.sleep(0.2)

    def one(self, number: int) -> None:
        fields = {
            "stamp": self.stamp(number), "topic": "other", "question": f"Qzx {number}", "name": "Mai", "email": f"visitor{number}@example.org",
            "country": "VN", "languages": "en", "wish": "mail", "consent": "on", "seen_answers": "1",
        }  # fmt: skip
        time.sleep(3.1)
        for _try in range(100):
            answer = self.ask("POST", number, urlencode(fields))
            if answer and answer.status == 302:
                self.acknowledged[number] = answer.headers["Location"]
                return
            time.sleep(0.3)
            if answer and answer.status == 429:
                time.sleep(1)

    def work(self) -> None:
        while True:
            with self.lock:
                if not self.waiting:
                    return
                number = self.waiting.pop()
            self.one(number)

    def all(self) -> None:
        threads = [threading.Thread(target=self.work) for _visitor in range(THREADS * 8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


KEPT = """
import json
from desk.models import Case
from post_office.models import Email, STATUS
print(json.dumps([list(Case.objects.values_list("email", flat=True)), Email.objects.exclude(status=STATUS.sent).count()]))
"""


def drill(folder: Path, use_postgres: bool) -> bool:
    database = Database(folder) if use_postgres else None
    (folder / "mail").mkdir()
    with mail_server(folder / "mail") as server:
        environ = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", **({"DATABASE_URL": database.url} if database else {})}
        stack, over = Stack(folder, environ, database), threading.Event()
        visitors, killer = Visitors(stack.port), threading.Thread(target=stack.kill_in_turn, args=(over,))
        killer.start()
        visitors.all()
        over.set()
        killer.join()
        for _wait in range(90):
            time.sleep(3)
            emails, unsent = json.loads(stack.manage("shell", "-v", "0", "-c", KEPT).splitlines()[-1])
            if not unsent:
                break
        result = told(visitors, stack, Counter(emails), unsent, server.letters)
        stack.end()
    return result


def told(visitors: Visitors, stack: Stack, kept: Counter, unsent: int, letters: list) -> bool:
    """Print what came of it; whether every promise held."""
    lost = [number for number in visitors.acknowledged if not kept[f"visitor{number}@example.org"]]
    twice = [address for address, count in kept.items() if count > 1]
    sent = Counter(str(letter["Message-ID"]) for letter in letters)
    receivers = Counter(str(letter["To"]) for letter in letters)
    repeated = sum(count - 1 for count in sent.values())
    waits = sorted(visitors.waits)
    rows = {
        "database": "PostgreSQL" if stack.database else "SQLite", "killed": dict(stack.killed), "questions": COUNT,
        "acknowledged": len(visitors.acknowledged), "answers that failed and were sent again": dict(visitors.failures),
        "acknowledged and lost": len(lost), "questions that became two cases": len(twice), "receipts that never came": COUNT - len(receivers),
        "mails still waiting": unsent, "mails repeated (same Message-ID)": repeated, "median answer, ms": round(waits[len(waits) // 2] * 1000),
        "slowest answer, ms": round(waits[-1] * 1000),
    }  # fmt: skip
    for name, value in rows.items():
        print(f"{name:45} {value}")
    second_ids = sum(count > 1 for count in receivers.values()) - sum(count > 1 for count in sent.values())
    return not lost and not twice and not unsent and len(receivers) == COUNT and repeated <= stack.killed["sender"] and not second_ids


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgres", action="store_true")
    folder = Path(tempfile.mkdtemp(prefix="tcg-kills-"))
    folder.chmod(0o755)
    try:
        held = drill(folder, parser.parse_args().postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not held:
        sys.exit("A promise was broken.")


if __name__ == "__main__":
    main()
