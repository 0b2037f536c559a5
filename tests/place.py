"""A folder and an empty database, for commands in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.house import ROOT

OURS = ("DATABASE_URL", "CACHE_URL", "SECRET_KEY", "STORAGE_BUCKET", "COVERAGE_PROCESS_START")


class Place:
    """A folder and an empty database."""

    def __init__(self, folder: Path, environ: dict):
        self.folder = folder
        own = {"VAR": str(folder), "SECRET_KEY": "a secret that is not to be found in any archive " * 2}
        self.environ = {**{name: value for name, value in os.environ.items() if name not in OURS}, **own, **environ}

    def begin(self, *arguments: str, **how) -> subprocess.Popen:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
        )  # fmt: skip

    def manage(self, *arguments: str, **how) -> tuple[int, str]:
        process = self.begin(*arguments, **how)
        told, complained = process.communicate()
        return process.returncode, told + complained

    def files(self) -> list[str]:
        return sorted(str(each.relative_to(self.folder)) for name in ("media", "private") for each in (self.folder / name).rglob("*.*"))

    def is_empty(self) -> bool:
        """Whether an archive could be put back here: then the archive is what is missing."""
        return self.files() == [] and "There is no archive" in self.manage("restore", self.folder / "nowhere.tar.gz")[1]

    def backup(self) -> Path:
        code, told = self.manage("backup")
        assert code == 0, told
        return max((self.folder / "backups").glob("*.tar.gz"))
