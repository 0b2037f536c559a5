"""What wakes somebody at night: check_alarms fails with a sentence, and says that all is well otherwise."""

import os
import shutil
import time
from collections import namedtuple
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from tests import factories

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def a_good_night(settings, tmp_path):
    """Nothing waits, and the backup of last night lies there."""
    Email.objects.all().delete()
    settings.VAR = tmp_path
    archive = tmp_path / "backups/site-20261126-031500.tar.gz"
    archive.parent.mkdir()
    archive.touch()
    return archive


def told() -> str:
    with pytest.raises(CommandError) as error:
        call_command("check_alarms")
    return str(error.value)


def test_nobody_is_woken_when_all_is_well(capsys):
    factories.case()
    call_command("check_alarms")
    assert capsys.readouterr().out == "All is well.\n" and Email.objects.filter(status=STATUS.queued).exists()


def test_administrator_is_told_of_mail_that_nobody_sends_and_not_of_mail_that_a_server_refused():
    factories.case()
    Email.objects.update(created=timezone.now() - timedelta(minutes=16))
    assert told() == f"Mail that nobody sends: {Email.objects.count()}."
    Email.objects.update(status=STATUS.requeued, scheduled_time=timezone.now() + timedelta(hours=2))
    call_command("check_alarms")


def test_administrator_is_told_of_a_night_without_a_backup(a_good_night):
    os.utime(a_good_night, (time.time() - 27 * HOUR,) * 2)
    assert told() == "No backup within 26 hours."
    a_good_night.unlink()
    assert told() == "No backup within 26 hours."


def test_administrator_is_told_of_a_disk_that_is_nearly_full(settings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: namedtuple("Room", "total used free")(1000, 910, 90))
    assert told() == f"The disk of {settings.VAR} has 9 % left."
