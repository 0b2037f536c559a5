"""Many people register at the same moment: run in several processes with several threads each, on the database of the environment.

``python -m tests.race EVENT START COUNT MODE``: COUNT threads from number START; MODE ``people`` (each their own address) or
``clicks`` (all of them the same form). Says that it is ready, and begins when it is told a line.
"""

import os
import sys
import threading

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
django.setup()

from django.db import OperationalError, connection  # noqa: E402
from psycopg.errors import QueryCanceled  # noqa: E402

from events.models import Event  # noqa: E402


def click(event: Event, number: int, mode: str, shot: threading.Event) -> None:
    who = {"people": (f"p{number}@race.example", f"once-{number}"), "clicks": ("one@race.example", "once")}[mode]
    shot.wait()
    while not is_registered(event, f"Person {number}", *who):
        pass


def is_registered(event: Event, name: str, email: str, once: str) -> bool:
    """Whether there was an answer; whoever stood in line for longer than the database lets them is asked to send the form again."""
    try:
        event.register(name, email, "en", notice="x", submission=once)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return False
    finally:
        connection.close()
    return True


def main() -> None:
    slug, start, count, mode, shot = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], threading.Event()
    event = Event.objects.get(slug=slug)
    connection.close()
    threads = [threading.Thread(target=click, args=(event, number, mode, shot)) for number in range(start, start + count)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    shot.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
