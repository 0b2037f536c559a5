"""What an archive is made of: nothing foreign comes out of one, no two have one name, and old ones go."""

import io
import tarfile
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from pages.backups import BackupFault, files
from pages.backups.archive import checked, to_forget
from pages.management.commands.backup import free_place

pytestmark = pytest.mark.django_db


def test_two_archives_of_one_second_both_stay(tmp_path):
    now = timezone.localtime().replace(hour=3, minute=4, second=59)
    for name in ("030459", "030500"):
        place = free_place(tmp_path, now)
        assert place.name == f"site-{now:%Y%m%d}-{name}.tar.gz"
        place.touch()


def member(name: str, **values) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    "info",
    [
        member("../out.txt"),
        member("media/../../out.txt"),
        member("/etc/out.txt"),
        member("media//etc/out.txt"),
        member("static/out.txt"),
        member("media/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("media/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
        member("media/device", type=tarfile.CHRTYPE),
    ],
    ids=lambda info: info.name,
)
def test_an_archive_reaches_nothing_outside_when_a_stranger_made_it(tmp_path, info):
    place = tmp_path / "hostile.tar.gz"
    with tarfile.open(place, "w:gz") as tar:
        tar.addfile(info)
    with pytest.raises(BackupFault, match="none of ours"):
        checked(place)


def test_fourteen_days_and_eight_weeks_stay_when_old_archives_go():
    days = [date(2026, 11, 26) - timedelta(days=number) for number in range(200)]
    names = [f"site-{day:%Y%m%d}-{hour}1500.tar.gz" for day in days for hour in ("03", "15")]
    gone = to_forget([*names, "notes.txt", "site-old.tar.gz"], 14, 8)
    stay = sorted(set(names) - set(gone), reverse=True)
    assert stay[:14] == [f"site-{day:%Y%m%d}-151500.tar.gz" for day in days[:14]]
    assert len(stay) == 14 + 8 - 2 - 1 and "notes.txt" not in gone and "site-old.tar.gz" not in gone
    assert stay[-1] == "site-20261011-151500.tar.gz"


def test_the_last_archives_stay_when_no_backup_was_made_for_a_year():
    names = ["site-20250101-031500.tar.gz", "site-20250102-031500.tar.gz"]
    assert to_forget(names, 14, 8) == []


def test_an_administrator_is_asked_again_when_no_archive_would_stay(tmp_path):
    with pytest.raises(CommandError, match="not both 0"):
        call_command("backup", to=tmp_path, keep=[0, 0])


def test_files_come_back_when_they_are_stored_in_a_bucket(settings):
    """Any storage of Django will do; this one knows no folders of this machine."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory, "private": memory}
    files.saved("media/people/あ b.avif", io.BytesIO(b"x" * 6_000_000))
    files.saved("private/masters/a.png", io.BytesIO(b"y"))
    assert sorted(files.all_names()) == ["media/people/あ b.avif", "private/masters/a.png"]
    source, size = files.opened("media/people/あ b.avif")
    assert (size, len(source.read())) == (6_000_000, 6_000_000)
    files.removed("media/people/あ b.avif")
    assert sorted(files.all_names()) == ["private/masters/a.png"]
    assert settings.VAR


def test_the_folder_of_archives_is_not_served_to_visitors():
    assert (settings.VAR / "backups").parent == settings.VAR and settings.MEDIA_ROOT not in (settings.VAR / "backups").parents
