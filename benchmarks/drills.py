"""Breaks each part of the running site while 6 visitors read and 6 ask the desk, and counts what they notice.

Starts everything itself on loopback: PostgreSQL, Redis, a mail server, gunicorn with two workers under a watch like systemd's, the
sender of mail, nginx with deploy/nginx.conf; database and files on a small disk of their own. Needs root and Debian's postgresql,
redis-server, nginx-light, libnginx-mod-http-brotli-static, openssl, procps, util-linux. Prints one table and fails at the limits:
a public page comes as 200, or as 503 with words, within three seconds, or counts as failed; nothing acknowledged is ever lost or doubled.
``python -m benchmarks.drills "cache killed" …`` runs only these.
"""

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.drill_parts import (
    READERS,
    WRITERS,
    Cache,
    Disk,
    MailServer,
    Questions,
    Visits,
    WatchedApp,
    WatchedDatabase,
    signalled,
)
from benchmarks.fronts import Front, wait_for
from tests.browser.house import ROOT

BEFORE, BROKEN, AFTER = 5, 8, 8
"""Seconds of each drill: all is well, something is broken, it is mended."""


class Site:
    """Everything together."""

    def __init__(self, folder: Path):
        self.disk = Disk(folder / "disk")
        place = folder / "disk/postgres"
        place.mkdir()
        self.database, self.cache, self.mail = WatchedDatabase(place), Cache(folder), MailServer(folder / "mail")
        self.app = WatchedApp(folder / "disk/var", log=folder / "app.log")
        self.front = Front(folder, [self.app.port], var=folder / "disk/var")
        self.app.prepare({
            "SITE_ORIGIN": self.front.origin, "PROXIES": "1", "DATABASE_URL": self.database.url,
            "CACHE_URL": f"redis://127.0.0.1:{self.cache.port}/0", "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "SECRET_KEY": "drill " * 12,
        })  # fmt: skip
        self.app.start()
        self.front.start()
        self.sender = self.app.begin("manage.py", "deliver_mail", "--every", "1", stdout=subprocess.DEVNULL)

    def warm_up(self) -> None:
        """Every page was asked for before, as on a site that has been running for a minute."""
        for path in Visits(self.front, threading.Event()).paths * 3:
            self.front.ask(path)
            time.sleep(0.1)

    def end(self) -> None:
        self.sender.kill()
        self.front.stop()
        self.app.stop()
        self.cache.kill()
        self.mail.kill()
        self.database.stop()
        self.disk.end()

    def is_well(self) -> bool:
        return self.database.answers() and self.app.ask("/readyz").status == 200

    # ---- What is done to it: a pair of deeds each, breaking and mending. ----
    def stop_database(self) -> None:
        self.database.stop()

    def kill_database(self) -> None:
        self.database.die()

    def start_database(self) -> None:
        self.database.revive()

    def still_database(self) -> None:
        self.database.be_still()

    def move_database(self) -> None:
        self.database.move_again()

    def fill_disk(self) -> None:
        self.disk.fill()
        self.database.need_room()

    def free_disk(self) -> None:
        self.disk.free()
        if not self.database.answers():
            self.database.revive()

    def kill_worker(self) -> None:
        signalled(self.app.workers[:1], signal.SIGKILL)

    def kill_workers(self) -> None:
        signalled(self.app.workers, signal.SIGKILL)

    def kill_master(self) -> None:
        signalled([self.app.process.pid], signal.SIGKILL)

    def reload(self) -> None:
        subprocess.Popen([str(ROOT / "deploy/reload"), str(self.app.process.pid), "12"])

    def hang_up(self) -> None:
        signalled([self.app.process.pid], signal.SIGHUP)

    def nothing(self) -> None:
        """It mends itself."""

    def come_slowly(self) -> None:
        """60 visitors who send a letter of their request each second and never end."""
        self.slow, self.no_more = [], threading.Event()
        context = ssl._create_unverified_context()
        for _visitor in range(60):
            line = context.wrap_socket(socket.create_connection(("127.0.0.1", self.front.https), 5), server_hostname="localhost")
            line.sendall(b"POST /en/desk/ask/ HTTP/1.1\r\nHost: localhost\r\n")
            self.slow.append(line)
        self.dripping = threading.Thread(target=self.drip)
        self.dripping.start()

    def drip(self) -> None:
        while not self.no_more.wait(1):
            for line in self.slow:
                try:
                    line.sendall(b"X")
                except OSError:
                    continue

    def leave(self) -> None:
        self.no_more.set()
        self.dripping.join()
        for line in self.slow:
            line.close()

    def take_handles(self) -> None:
        """No process of the app may open one more file or line; those that it has stay."""
        for pid in [self.app.process.pid, *self.app.workers]:
            held = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={min(held, 6)}:4096"], check=False)

    def give_handles(self) -> None:
        for pid in [self.app.process.pid, *self.app.workers]:
            subprocess.run(["prlimit", "--pid", str(pid), "--nofile=4096:4096"], check=False)

    def kill_cache(self) -> None:
        self.cache.kill()

    def start_cache(self) -> None:
        self.cache.start()

    def kill_mail(self) -> None:
        self.mail.kill()

    def start_mail(self) -> None:
        self.mail.start()

    def hang_mail(self) -> None:
        self.mail.be("hang")

    def take_mail(self) -> None:
        self.mail.be("take")


DRILLS = {
    "nothing broken": (Site.nothing, Site.nothing), "database stopped": (Site.stop_database, Site.start_database),
    "database killed": (Site.kill_database, Site.start_database), "database stands still": (Site.still_database, Site.move_database),
    "cache killed": (Site.kill_cache, Site.start_cache), "a worker killed": (Site.kill_worker, Site.nothing),
    "all workers killed": (Site.kill_workers, Site.nothing), "master killed": (Site.kill_master, Site.nothing),
    "reload": (Site.reload, Site.nothing), "SIGHUP": (Site.hang_up, Site.nothing), "60 slow clients": (Site.come_slowly, Site.leave),
    "mail server killed": (Site.kill_mail, Site.start_mail), "mail server hangs": (Site.hang_mail, Site.take_mail),
    "out of file handles": (Site.take_handles, Site.give_handles), "disk full": (Site.fill_disk, Site.free_disk),
}  # fmt: skip


STARTS, START = {"all workers killed", "master killed", "out of file handles"}, 10
"""Nobody is left to answer until Python has started: right answers may then take so many seconds (they still count as failed)."""

ON_DEMAND = {"SIGHUP"}
"""Old workers go before the new ones are ready, so that visitors wait as long as Python starts; deploy/reload is used instead."""


def drill(site: Site, name: str) -> bool:
    """One line of the table; whether the promises held."""
    over = threading.Event()
    visits, questions = Visits(site.front, over), Questions(site.app, over)
    threads = [threading.Thread(target=visits.read, args=(number,)) for number in range(READERS)]
    threads += [threading.Thread(target=questions.ask) for _writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for deed, seconds in zip((Site.nothing, *DRILLS[name]), (BEFORE, BROKEN, AFTER), strict=True):
        deed(site)
        time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    wait_for(site.is_well)
    return told(name, visits, questions, site)


def told(name: str, visits: Visits, questions: Questions, site: Site) -> bool:
    kept = site.database.kept()
    lost = sum(not kept[address] for address in questions.acknowledged)
    doubled = sum(count > 1 for count in kept.values())
    failed, slowest = sum(visits.wrong.values()), max(took for *_rest, took in visits.answers)
    in_time = slowest <= START and all(good for _ended, good, _took in visits.answers) if name in STARTS else not failed
    held = in_time and not lost and not doubled and bool(questions.acknowledged)
    figures = (len(visits.answers), visits.statuses[503], failed, slowest * 1000, visits.longest_gap() * 1000, len(questions.acknowledged))
    print(("{:22}" + "{:>11.0f}" * 8 + "  {}").format(name, *figures, lost, doubled, "held" if held else "BROKEN"), flush=True)
    for wrong, count in visits.wrong.most_common(8):
        print(f"    {count} × {wrong}", flush=True)
    return held


def main() -> None:
    names = sys.argv[1:] or [name for name in DRILLS if name not in ON_DEMAND]
    folder = Path(tempfile.mkdtemp(prefix="tcg-drills-"))
    folder.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))
    site = Site(folder)
    heads = ("requests", "503 words", "failed", "slowest ms", "gap ms", "questions", "lost", "doubled")
    print(f"{'':22}" + "".join(f"{head:>11}" for head in heads), flush=True)
    try:
        site.warm_up()
        held = [drill(site, name) for name in names]
    finally:
        site.end()
        shutil.rmtree(folder, ignore_errors=True)
    if not all(held):
        sys.exit("A promise was broken.")


if __name__ == "__main__":
    main()
