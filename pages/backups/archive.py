"""One archive (.tar.gz): the database, media/, private/, and as its last member the manifest, which tells what must be there.

An archive that was cut off has no manifest, so it is known before anything is put back.
"""

import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from pages.backups import BackupFault
from pages.backups.files import Hashed, digest_of

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST = 256 * 1024 * 1024
NAME = re.compile(r"^site-(\d{8})-(\d{6})\.tar\.gz$")
MEMBER = re.compile(r"^(?:manifest\.json|database\.(?:sqlite3|dump)|(?:media|private)/(?!/)[^\0\\]+)$")


class Writer:
    """Adds members to an archive that is being made, and keeps account of them."""

    def __init__(self, tar: tarfile.TarFile, made_at: datetime):
        self.tar, self.made_at, self.members = tar, made_at, {}

    def add(self, name: str, source, size: int) -> None:
        hashed = Hashed(source)
        self.tar.addfile(self.header(name, size), hashed)
        self.tar.members = []  # the names of all members are not needed in memory twice
        self.members[name] = [size, hashed.digest.hexdigest()]

    def finish(self, facts: dict) -> None:
        manifest = {"format": FORMAT, "made_at": self.made_at.isoformat(), **facts, "members": self.members}
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        self.tar.addfile(self.header(MANIFEST, len(text)), io.BytesIO(text))

    def header(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(self.made_at.timestamp())
        return info


def members_of(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members one by one; any that could leave its folder, or is no plain file, ends it."""
    for info in tar:
        tar.members = []
        if not info.isreg() or not MEMBER.match(info.name) or {"..", ".", ""} & set(info.name.split("/")):
            raise BackupFault(f"The archive holds {info.name!r}, which is none of ours. Nothing was put back.")
        yield info


@contextmanager
def reading(place: Path):
    """An archive that is being read; what is wrong with it is told in a sentence."""
    try:
        with tarfile.open(place, "r:gz") as tar:
            yield tar
    except FileNotFoundError:
        raise BackupFault(f"There is no archive {place}.") from None
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupFault(f"The archive is broken or cut off ({error}). Nothing was put back.") from None


def checked(place: Path) -> dict:
    """The manifest of an archive whose every byte was read and compared with it."""
    found, manifest = {}, None
    try:
        with reading(place) as tar:
            for info in members_of(tar):
                source = tar.extractfile(info)
                if info.name == MANIFEST:
                    manifest = understood(source.read(MAX_MANIFEST))
                elif info.name in found:
                    raise BackupFault(f"The archive holds {info.name} twice. Nothing was put back.")
                else:
                    found[info.name] = [info.size, digest_of(source)]
    except (OSError, RecursionError) as error:
        raise BackupFault(f"The archive cannot be read ({error}). Nothing was put back.") from None
    if manifest is None:
        raise BackupFault("The archive is cut off: its last part, the manifest, is missing. Nothing was put back.")
    wrong = sorted(name for name in {*found, *manifest["members"]} if found.get(name) != manifest["members"].get(name))
    if wrong:
        raise BackupFault(f"The archive is damaged: {', '.join(wrong[:5])} is not as the manifest says. Nothing was put back.")
    return manifest


def understood(text: bytes) -> dict:
    try:
        manifest = json.loads(text)
        if manifest["format"] == FORMAT and isinstance(manifest["members"], dict) and isinstance(manifest["tables"], dict):
            return {**manifest, "database": str(manifest["database"])}
    except (ValueError, KeyError, TypeError):
        pass
    raise BackupFault("The archive is of another kind or of a newer release of this site. Nothing was put back.")


def to_forget(names: list[str], days: int, weeks: int) -> list[str]:
    """Which archives go: all but the newest of each of the last ``days`` days and ``weeks`` weeks that have one."""
    ours = sorted((name for name in names if NAME.match(name)), reverse=True)
    kept: set[str] = set()
    for count, period in ((days, day_of), (weeks, lambda name: day_of(name).isocalendar()[:2])):
        newest: dict = {}
        for name in ours:
            newest.setdefault(period(name), name)
        kept.update(list(newest.values())[:count])
    return [name for name in ours if name not in kept]


def day_of(name: str) -> date:
    return datetime.strptime(NAME.match(name)[1], "%Y%m%d").date()
