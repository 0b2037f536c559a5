"""What a kept page costs, against a bare Django view that returns the same bytes, under the same gunicorn.

Starts both with one worker each, asks them in turn and reads the CPU time of each worker from the system. ``--memory``: what a worker holds in the end. The edition is
read from the database that DATABASE_URL names (default SQLite); start the site once before.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.browser.house import ROOT, free_port

ROUNDS, CALLS = 5, 400
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def served(application: str, **environ):
    """The port and process of a gunicorn with one worker."""
    port = free_port()
    line = [sys.executable, "-m", "gunicorn", application, "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(line, cwd=ROOT, env={**os.environ, "WEB_WORKERS": "1", **environ})
    try:
        wait_for(port)
        yield port, worker_of(server.pid)
    finally:
        server.terminate()
        server.wait(15)


def wait_for(port: int) -> None:
    for _try in range(150):
        try:
            return ask(port, "/healthz")
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    sys.exit("The server did not start.")


def worker_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def ask(port: int, path: str) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", path, headers={"Accept-Encoding": "br" if path.endswith("/") else "identity"})
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path} answered {answer.status}.")
    line.close()
    return body


def cpu_ms(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICK * 1000


def memory_mb(pid: int) -> float:
    return int(next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def cost(port: int, pid: int, path: str, calls: int = CALLS) -> tuple[float, float]:
    """CPU milliseconds of the worker and requests a second, over so many calls one after the other."""
    before, start = cpu_ms(pid), time.perf_counter()
    for _call in range(calls):
        ask(port, path)
    return (cpu_ms(pid) - before) / calls, calls / (time.perf_counter() - start)


def compare(paths: list[str]) -> dict[str, dict[str, float]]:
    """Per page: ``kept`` and ``bare`` CPU milliseconds, their ``ratio``, requests a second of both; medians of the rounds."""
    with tempfile.TemporaryDirectory() as folder, served("tokyo_career.wsgi", SITE_ORIGIN="http://127.0.0.1:8000") as (port, pid):
        for path in paths:
            (Path(folder) / path.replace("/", "|")).write_bytes(ask(port, path))
        (Path(folder) / "|healthz").write_bytes(b"ok")
        with served("benchmarks.bare", BARE=folder) as (bare_port, bare_pid):
            return {path: in_turn(path, (port, pid), (bare_port, bare_pid)) for path in paths}


def in_turn(path: str, site: tuple[int, int], bare: tuple[int, int]) -> dict[str, float]:
    rounds = [(cost(*site, path), cost(*bare, path)) for _round in range(ROUNDS)]
    middle = lambda values: statistics.median(values)  # noqa: E731
    return {
        "kept": middle(site[0] for site, _bare in rounds), "bare": middle(bare[0] for _site, bare in rounds),
        "ratio": middle(site[0] / bare[0] for site, bare in rounds), "rate": middle(site[1] for site, _bare in rounds),
        "bare rate": middle(bare[1] for _site, bare in rounds),
    }  # fmt: skip


def memory_after(requests: int) -> tuple[float, float]:
    """Megabytes of a worker after each page of the site map once, and after so many requests over all of them."""
    with served("tokyo_career.wsgi", SITE_ORIGIN="http://127.0.0.1:8000") as (port, pid):
        parts = re.findall(rb"<loc>[^<]*?(/[^<:]*\.xml[^<]*)</loc>", ask(port, "/sitemap.xml"))
        listed = b"".join([ask(port, "/sitemap.xml"), *(ask(port, part.decode()) for part in parts)])
        addresses = sorted({found.decode() for found in re.findall(rb"<loc>[a-z]+://[^/]+(/(?:ja|en)/[^<]*)</loc>", listed)})
        for path in addresses:
            ask(port, path)
        once = memory_mb(pid)
        for number in range(requests):
            ask(port, addresses[number % len(addresses)])
        return once, memory_mb(pid)


def main() -> None:
    if sys.argv[1:2] == ["--memory"]:
        return print("{:.0f} MB after every page once, {:.0f} MB after 100,000 requests".format(*memory_after(100_000)))
    paths = sys.argv[1:] or ["/ja/", "/en/people/", "/en/faq/visa/"]
    print(f"{'page':30} {'kept ms':>8} {'bare ms':>8} {'ratio':>6} {'kept/s':>7} {'bare/s':>7}")
    for path, found in compare(paths).items():
        print(f"{path:30} {found['kept']:8.2f} {found['bare']:8.2f} {found['ratio']:6.2f} {found['rate']:7.0f} {found['bare rate']:7.0f}")


if __name__ == "__main__":
    main()
