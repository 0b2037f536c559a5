import json
import re
import subprocess
import sys

from django.conf import settings
from django.core.management import BaseCommand

WANTED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==(\S+))?(?:\s+#\s*(.*))?$")


class Command(BaseCommand):
    help = (
        "Lists the packages of requirements.in that have a newer version, those behind in their own series first. A remark behind a pin "
        "(# why it stays) is shown. Asks the package index; changes nothing and ends with 0."
    )

    def handle(self, **options):
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "list", "--outdated", "--format", "json", "--disable-pip-version-check"],
            capture_output=True,
            text=True,
        )
        if listed.returncode:
            self.stderr.write("The package index did not answer; nothing can be said.")
            return
        rows = behind(json.loads(listed.stdout), wanted((settings.BASE_DIR / "requirements.in").read_text()))
        for row in rows:
            self.stdout.write("{:32} {:14} {:14} {:8} {}".format(*row).rstrip())
        self.stdout.write(f"{len(rows)} of our packages have a newer version.")


def wanted(requirements: str) -> dict[str, str]:
    """Name to remark of each package that we ask for ourselves."""
    matches = filter(None, map(WANTED.match, requirements.splitlines()))
    return {canonical(match[1]): match[3] or "" for match in matches}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def behind(listed: list[dict], remarks: dict[str, str]) -> list[tuple]:
    """Name, version, newest version, how far, remark; patches of the same series come first because they are due first."""
    rows = []
    for item in listed:
        name = canonical(item["name"])
        if name in remarks:
            kind = distance(item["version"], item["latest_version"])
            rows.append((name, item["version"], item["latest_version"], kind, remarks[name]))
    return sorted(rows, key=lambda row: (("patch", "minor", "major").index(row[3]), row[0]))


def distance(version: str, newest: str) -> str:
    """``patch`` inside a series (the first two numbers), ``minor`` inside a major version, else ``major``."""
    ours, theirs = version.split(".")[:2], newest.split(".")[:2]
    return "patch" if ours == theirs else "minor" if ours[:1] == theirs[:1] else "major"
