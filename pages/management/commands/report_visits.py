"""How often each page was read, from the front server's log, which knows no visitors."""

import csv
import gzip
import re
import sys
import zlib
from collections import Counter
from datetime import datetime
from typing import NamedTuple
from unicodedata import east_asian_width
from urllib.parse import unquote

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

LINE = re.compile(
    r"(?P<time>\S+) (?P<method>\S+) (?P<path>\S+) (?P<status>\d{3}) (?P<bytes>\d+) (?P<language>\S+) \S+ (?P<cache>\S+) (?P<host>\S+)"
)
"""The log format ``visits`` of deploy/nginx.conf: when, how, what, with which result, of which size and language, number, copy, host."""

PAGE = re.compile(r"/(?P<language>ja|en)(?P<page>/(?:[^/.]+/)*)")
PRIVATE = re.compile(r"(/(?:desk/case|events/registration)/).+")
FOR_MACHINES = {"/offline/"}
READ = {"200", "304"}


class Visit(NamedTuple):
    month: str
    page: str
    language: str


def month_of(moment: str) -> str:
    """The month in Tokyo, ``2026-11``. Raises ValueError for what is no moment with its zone."""
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError(moment)
    return f"{timezone.localtime(at):%Y-%m}"


def visit_of(line: str) -> Visit | None:
    """Which page was read; None for everything that is not the reading of a page. Raises ValueError for a broken line."""
    found = LINE.fullmatch(line)
    if not found:
        raise ValueError(line)
    month, page = month_of(found["time"]), PAGE.fullmatch(unquote(found["path"], errors="replace"))
    if found["method"] != "GET" or found["status"] not in READ or found["host"] != "site" or not page or page["page"] in FOR_MACHINES:
        return None
    return Visit(month, PRIVATE.sub(r"\1", page["page"]), page["language"])


def lines_of(path: str):
    """The lines of a file, packed or not, or of standard input; bytes that are no UTF-8 are shown as such."""
    if path == "-":
        yield from (line.decode(errors="backslashreplace") for line in sys.stdin.buffer)
        return
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        yield from file


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class Command(BaseCommand):
    help = (
        "Prints how often each page was read, by language and month (Tokyo), from log files of the front server (also .gz) or, "
        "without names, from standard input. Counts pages that were shown (GET, 200 or 304), not files, forms sent or staff pages. "
        "Private links count as one page. Lines that are broken are counted and skipped."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="*", default=["-"], help="log files; - is standard input")
        parser.add_argument("--csv", action="store_true", help="for a spreadsheet")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="ja", help="of the headings")

    def handle(self, paths, language, **options):
        with override(language):
            self.visits, self.broken = Counter(), 0
            for path in paths:
                self.read(path)
            rows = sorted(self.visits.items(), key=lambda item: (item[0].month, -item[1], item[0]))
            self.tell([(visit.month, visit.page, dict(settings.LANGUAGES)[visit.language], views) for visit, views in rows], options["csv"])

    def read(self, path: str) -> None:
        """Count what a file says; what was read before damage counts."""
        try:
            for line in lines_of(path):
                self.count(line.strip())
        except FileNotFoundError as error:
            raise CommandError(gettext("There is no file %(path)s.") % {"path": path}) from error
        except (OSError, EOFError, zlib.error):
            self.stderr.write(gettext("The file %(path)s could not be read to its end; what was read is counted.") % {"path": path})

    def count(self, line: str) -> None:
        if not line:
            return
        try:
            visit = visit_of(line)
        except ValueError:
            self.broken += 1
        else:
            if visit:
                self.visits[visit] += 1

    def tell(self, rows: list[tuple], as_csv: bool) -> None:
        head = (gettext("Month"), gettext("Page"), gettext("Language"), gettext("Views"))
        if as_csv:
            self.stdout.write("\ufeff", ending="")  # spreadsheets take the file for UTF-8 by this mark
            csv.writer(self.stdout).writerows([head, *rows])
        else:
            self.table([head, *[tuple(map(str, row)) for row in rows]])
            self.stdout.write(gettext("Views in all: %(count)s") % {"count": self.visits.total()})
        if self.broken:
            told = ngettext(
                "%(count)d line could not be understood and was skipped.",
                "%(count)d lines could not be understood and were skipped.",
                self.broken,
            )
            self.stderr.write(told % {"count": self.broken})

    def table(self, rows: list[tuple]) -> None:
        widths = [max(width(row[place]) for row in rows) for place in range(4)]
        for *words, views in rows:
            padded = [word + " " * (widths[place] - width(word)) for place, word in enumerate(words)]
            self.stdout.write("  ".join([*padded, " " * (widths[3] - width(views)) + views]))
