"""How long a backup and its way back take with 50,000 cases, and how much memory; on SQLite, or on PostgreSQL with a server's URL.

``python -m benchmarks.restore [postgres://user@host/database]`` makes places of its own (folders, databases), the demonstration with
50,000 cases and as many messages, and 100 MB of files. Fails when the restore takes more than five minutes or a process more than 200 MB.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.fronts import OURS
from tests.browser.house import ROOT, database

CASES, FILES = 50_000, 50
SLOWEST, LARGEST = 300, 200
"""Seconds of a restore with its check, megabytes of memory."""

FILL = f"""
import os
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from benchmarks.desk import cases
from desk.models import Case, Message
rows = Case.objects.bulk_create(cases({CASES}, 1), batch_size=1_000)
Message.objects.bulk_create((Message(case=case, body="Words " * 50) for case in rows), batch_size=1_000)
for number in range({FILES}):
    storages["private"].save(f"filled/{{number}}.bin", ContentFile(os.urandom(2_000_000)))
"""


def environ(folder: Path, own: dict) -> dict:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, "VAR": str(folder), "STAFF_MFA": "off", "PORT": "8199", **own}


def timed(place: dict, *arguments: str) -> tuple[float, int, str]:
    """Seconds, megabytes of memory at the most, and what the command told."""
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=place, stdout=subprocess.PIPE, text=True)
    told = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{arguments[0]} failed.")
    return time.monotonic() - start, usage.ru_maxrss // 1024, told


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else ""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tcg-restore-")))
        first = environ(folder / "first", stack.enter_context(database(url, f"restore_first_{os.getpid()}")))
        second = environ(folder / "second", stack.enter_context(database(url, f"restore_second_{os.getpid()}")))
        timed(first, "prepare")
        timed(first, "shell", "-v", "0", "-c", FILL)
        backup, backup_memory, told = timed(first, "backup")
        print(f"{'PostgreSQL' if url else 'SQLite'}, {CASES:,} cases:", re.search(r"[\d.]+ MB, .*", told)[0])
        archive = str(next((folder / "first/backups").glob("*.tar.gz")))
        restore, restore_memory, told = timed(second, "restore", archive)
        check, check_memory, told = timed(second, "check_restore", archive)
        print(told.strip())
    for name, seconds, memory in (("backup", backup, backup_memory), ("restore", restore, restore_memory), ("check", check, check_memory)):
        print(f"{name:10} {seconds:6.1f} s {memory:6} MB")
    if restore + check > SLOWEST or max(backup_memory, restore_memory, check_memory) > LARGEST:
        sys.exit("Budgets broken.")


if __name__ == "__main__":
    main()
