"""A version that was a mistake is taken back: the last migration of each app goes back, and forth again."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.test_headers import PRODUCTION

BACK_AND_FORTH = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
call_command("migrate", verbosity=0)
ours = {name.split(".")[0] for name in sys.argv[1:]}
found = {}
for app, name in sorted(MigrationLoader(connection).disk_migrations):
    found.setdefault(app, []).append(name)
for app in ours:
    call_command("migrate", app, found[app][-2] if len(found[app]) > 1 else "zero", verbosity=0)
    call_command("migrate", verbosity=0)
call_command("migrate", check_unapplied=True, verbosity=0)
print(len(ours))
"""


def test_the_last_migration_of_each_app_goes_back_and_forth(tmp_path):
    ours = sorted(path.parent.parent.name for path in settings.BASE_DIR.glob("*/migrations/0001_initial.py"))
    environ = {
        **PRODUCTION,
        "VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "tokyo_career.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import sys{BACK_AND_FORTH}", *ours],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert [done.returncode, done.stdout.strip()] == [0, str(len(ours))], done.stderr


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations(capsys):
    call_command("makemigrations", check_changes=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out
