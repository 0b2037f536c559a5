"""``manage.py`` that stays: commands of the house one after the other in one process, because each start of Django costs a second.

In: a line of JSON with the words of a command. Out: a line of JSON, whether it went well and what it said.
"""

import contextlib
import io
import json
import os
import sys
import traceback

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402


def run(words: list[str]) -> tuple[bool, str]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            call_command(*words)
    except Exception:
        return False, said.getvalue() + traceback.format_exc()
    finally:
        connections.close_all()
    return True, said.getvalue()


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
