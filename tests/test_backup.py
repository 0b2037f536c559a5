"""A backup and its way back, with real parts: commands in processes of their own, on the kind of database that the tests run on."""

import gzip
import io
import json
import os
import re
import tarfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from pages.backups import BackupFault
from pages.backups.archive import MANIFEST, Writer, checked
from tests.browser.house import database
from tests.place import Place

pytestmark = pytest.mark.django_db
WRITER = """
import itertools
from desk.models import Case, Office
print("ready", flush=True)
for number in itertools.count():
    Case.objects.begin("Words", channel="web", name="Mai", email=f"mai{number}@example.org", country="VN", office=Office.objects.answering())
"""
"""Questions one after the other: each a case and its first message in one transaction."""


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Makes empty places: ``places()``."""
    with ExitStack() as stack:

        def made() -> Place:
            folder = tmp_path_factory.mktemp("place")
            url = os.environ.get("DATABASE_URL", "")
            return Place(folder, stack.enter_context(database(url, f"{folder.name}_{os.getpid()}")))

        yield made


@pytest.fixture(scope="module")
def archive(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """An archive of the demonstration."""
    folder = tmp_path_factory.mktemp("archives")
    storages["private"].save("letters/kept.txt", ContentFile(b"between us"))
    with django_db_blocker.unblock():
        call_command("backup", to=folder, keep=[14, 8], stdout=io.StringIO())
        connection.close() if connection.vendor == "postgresql" else None
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def house(places, archive) -> Place:
    """A place where the archive was put back, and where tests leave rows and archives behind."""
    place = places()
    code, told = place.manage("restore", archive)
    assert code == 0, told
    return place


def changed(archive: Path, folder: Path, change) -> Path:
    """A copy of an archive that went through somebody's hands: ``change(name, bytes)`` gives what is written, or None."""
    place = folder / "changed.tar.gz"
    with tarfile.open(archive) as old, tarfile.open(place, "w:gz", compresslevel=1) as new:
        for info in old:
            found = change(info.name, old.extractfile(info).read())
            if found is not None:
                info.size = len(found)
                new.addfile(info, io.BytesIO(found))
    return place


def test_an_administrator_finds_every_row_and_file_put_back_and_is_told_of_each_that_differs(places, archive):
    place, manifest = places(), checked(archive)
    assert place.manage("restore", archive)[0] == 0
    code, told = place.manage("check_restore", archive)
    assert (code, told.startswith("All is there")) == (0, True), told
    assert manifest["tables"]["interviews_person"] == 100
    assert {"private/letters/kept.txt"} < set(manifest["members"]) and len(place.files()) == len(manifest["members"]) - 1
    (place.folder / "private/letters/kept.txt").write_text("other words")
    gone = next((place.folder / "media").rglob("*.avif"))
    gone.unlink()
    place.manage(
        "shell", "-v", "0", "-c", "from django.contrib.redirects.models import Redirect as R; R.objects.create(site_id=1, old_path='/x/')"
    )
    code, told = place.manage("check_restore", archive)
    assert code == 1 and "3 differences" in told
    assert "private/letters/kept.txt: differs" in told and f"{gone.relative_to(place.folder)}: missing" in told
    assert "django_redirect: 1 rows, in the archive 0 rows" in told


def test_a_visitor_loses_nothing_when_a_backup_is_taken_while_questions_come_in(house, places):
    writer = house.begin("shell", "-v", "0", "-c", WRITER)
    assert writer.stdout.readline() == "ready\n"
    try:
        first = checked(house.backup())
        second = house.backup()
        assert writer.poll() is None, writer.stderr.read()
    finally:
        writer.kill()
        writer.communicate()
    found = checked(second)["tables"]
    assert found["desk_case"] > first["tables"]["desk_case"]
    for tables in (first["tables"], found):
        assert tables["desk_case"] - tables["desk_message"] == 0
    other = places()
    assert other.manage("restore", second)[0] == 0
    code, told = other.manage("check_restore", second)
    assert code == 0, told


def test_nothing_is_overwritten_when_the_place_holds_a_database_already(house, archive):
    code, told = house.manage("restore", archive)
    assert code == 1 and re.search(r"holds \d+ tables already", told) and "Nothing was put back" in told


def test_nothing_is_overwritten_when_the_place_holds_files_already(places, archive):
    place = places()
    (place.folder / "media").mkdir()
    (place.folder / "media/mine.txt").write_text("mine")
    code, told = place.manage("restore", archive)
    assert code == 1 and "There are files already, such as media/mine.txt" in told
    assert place.files() == ["media/mine.txt"]


def cut(archive: Path, folder: Path) -> Path:
    place = folder / "cut.tar.gz"
    place.write_bytes(archive.read_bytes()[: archive.stat().st_size * 2 // 3])
    return place


def cut_between_members(archive: Path, folder: Path) -> Path:
    return changed(archive, folder, lambda name, found: None if name == MANIFEST else found)


def with_other_bytes(archive: Path, folder: Path) -> Path:
    return changed(archive, folder, lambda name, found: found + b"!" if name.endswith("kept.txt") else found)


def of_the_other_kind(archive: Path, folder: Path) -> Path:
    other = b'"database": "sqlite"' if connection.vendor == "postgresql" else b'"database": "postgresql"'
    mine = f'"database": "{connection.vendor}"'.encode()
    return changed(archive, folder, lambda name, found: found.replace(mine, other) if name == MANIFEST else found)


def of_another_format(archive: Path, folder: Path) -> Path:
    return changed(archive, folder, lambda name, found: b'{"format": 99}' if name == MANIFEST else found)


def no_archive_at_all(archive: Path, folder: Path) -> Path:
    place = folder / "words.tar.gz"
    place.write_text("words")
    return place


def zeros(archive: Path, folder: Path) -> Path:
    place = folder / "zeros.tar.gz"
    place.write_bytes(gzip.compress(bytes(100_000)))
    return place


def with_a_flipped_bit(archive: Path, folder: Path) -> Path:
    place, found = folder / "flipped.tar.gz", bytearray(archive.read_bytes())
    found[len(found) // 2] ^= 8
    place.write_bytes(found)
    return place


def with_a_broken_dump(archive: Path, folder: Path) -> Path:
    """Honest by its manifest, but the database in it is none."""
    place = folder / "no-database.tar.gz"
    manifest = checked(archive)
    with tarfile.open(place, "w:gz") as tar:
        writer = Writer(tar, timezone.now())
        for name in ("database.dump" if connection.vendor == "postgresql" else "database.sqlite3", "media/a.txt"):
            writer.add(name, io.BytesIO(b"no database"), 11)
        writer.finish({"database": manifest["database"], "tables": {}})
    return place


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [(cut, "broken or cut off"), (of_the_other_kind, "The archive comes from"), (with_a_broken_dump, "Nothing was put back")],
)
def test_a_place_stays_empty_when_the_archive_is_no_good(places, archive, tmp_path, spoilt, words):
    place = places()
    code, told = place.manage("restore", spoilt(archive, tmp_path))
    assert code == 1 and words in told and "Traceback" not in told, told
    assert place.is_empty()


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (cut_between_members, "the manifest, is missing"),
        (with_other_bytes, "private/letters/kept.txt is not as the manifest says"),
        (with_a_flipped_bit, "The archive"),
        (of_another_format, "of another kind or of a newer release"),
        (no_archive_at_all, "The archive"),
        (zeros, "The archive is cut off"),
        (lambda archive, folder: folder / "nowhere.tar.gz", "There is no archive"),
    ],
)
def test_an_administrator_reads_what_is_wrong_when_an_archive_was_spoilt(archive, tmp_path, spoilt, words):
    with pytest.raises(BackupFault, match=words):
        checked(spoilt(archive, tmp_path))


def test_an_archive_tells_no_secret_when_somebody_reads_it(house):
    place = house.backup()
    with tarfile.open(place) as tar:
        members = {info.name: tar.extractfile(info).read() for info in tar}
    assert not any(house.environ["SECRET_KEY"][:40].encode() in found for found in members.values())
    assert "SECRET_KEY" in json.loads(members[MANIFEST])["settings"]
    assert place.stat().st_mode & 0o777 == 0o600
    assert not any("secret_key" in name for name in members)


def test_nobody_is_signed_in_by_an_archive_when_sessions_were_open(house):
    begin = "from django.contrib.sessions.backends.db import SessionStore as S; s = S(); s['a'] = 1; s.save()"
    assert house.manage("shell", "-v", "0", "-c", begin)[0] == 0
    assert checked(house.backup())["tables"]["django_session"] == 0


def full_disk(limit: int):
    """As when a disk is full: no file can grow beyond so many bytes."""
    import resource
    import signal

    def be():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return be


def test_no_half_archive_is_left_when_the_disk_is_full(house):
    before = sorted((house.folder / "backups").glob("[!.]*"))
    code, told = house.manage("backup", preexec_fn=full_disk(500_000))
    assert code == 1 and "No backup was made" in told and "Traceback" not in told, told
    assert sorted((house.folder / "backups").glob("[!.]*")) == before
    assert list((house.folder / "backups").glob(".making-*")) == []


def test_no_half_place_is_left_when_the_disk_is_full(places, archive):
    place = places()
    code, told = place.manage("restore", archive, preexec_fn=full_disk(30_000))
    assert code == 1 and "Nothing was put back" in told and "Traceback" not in told, told
    assert place.is_empty()


def test_a_second_backup_waits_for_nobody_when_one_is_running(house):
    import fcntl

    (house.folder / "backups").mkdir(exist_ok=True)
    with open(house.folder / "backups/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, told = house.manage("backup")
    assert code == 1 and "Another backup is running" in told
