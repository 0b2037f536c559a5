"""What the report of visits makes of the front server's log."""

import csv
import gzip
import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from core.pagecache import READ

CONF = Path(settings.BASE_DIR) / "deploy" / "nginx.conf"


def line(path="/ja/people/", time="2026-11-26T10:00:00+09:00", method="GET", status=200, host="site"):
    language = "ja" if path.startswith("/ja") else "en"
    return f"{time} {method} {path} {status} 5120 {language} 0f1e2d3c4b5a69788796a5b4c3d2e1f0 HIT {host}\n"


def report(*paths, **options) -> tuple[list[list[str]], str]:
    """The rows of the report, and what was told beside it."""
    out, beside = io.StringIO(), io.StringIO()
    call_command("report_visits", *map(str, paths), csv=True, stdout=out, stderr=beside, **options)
    assert out.getvalue()[0] == "\ufeff"
    return list(csv.reader(io.StringIO(out.getvalue()[1:]))), beside.getvalue()


@pytest.fixture
def log(tmp_path):
    def written(*lines: str | bytes) -> Path:
        file = tmp_path / "site.log"
        file.write_bytes(b"".join(each if isinstance(each, bytes) else each.encode() for each in lines))
        return file

    return written


def test_tmg_sees_how_often_each_page_was_read_in_each_language(log):
    file = log(line(), line(), line(status=304), line("/en/people/"), line("/en/"))
    rows, beside = report(file, language="en")
    assert rows == [
        ["Month", "Page", "Language", "Views"],
        ["2026-11", "/people/", "日本語", "3"],
        ["2026-11", "/", "English", "1"],
        ["2026-11", "/people/", "English", "1"],
    ]
    assert beside == ""


def test_tmg_sees_months_as_they_begin_in_tokyo(log):
    file = log(line(time="2026-10-31T14:59:59+00:00"), line(time="2026-10-31T15:00:00+00:00"), line(time="2026-12-01T00:30:00+09:00"))
    rows, _beside = report(file)
    assert [(row[0], row[3]) for row in rows[1:]] == [("2026-10", "1"), ("2026-11", "1"), ("2026-12", "1")]


@pytest.mark.parametrize(
    "other",
    [
        line("/static/js/find.0123456789ab.js"), line("/media/people/a.avif"), line("/admin/"), line("/accounts/"), line("/preview/"),
        line("/healthz"), line("/robots.txt"), line("/"), line("/en/feed.xml"), line("/ja/events/calendar.ics"), line("/ja/offline/"),
        line("/japan/"), line(method="HEAD"), line(method="POST"), line(status=302), line(status=404), line(status=503), line(host="other"),
        line("-", status=400),
    ],
)  # fmt: skip
def test_what_is_not_the_reading_of_a_page_is_not_counted(log, other):
    rows, beside = report(log(other, line()), language="en")
    assert (rows[1:], beside) == ([["2026-11", "/people/", "日本語", "1"]], "")


def test_private_links_count_as_one_page_and_are_not_shown(log):
    file = log(line("/ja/desk/case/s3cret/"), line("/ja/desk/case/0ther/"), line("/ja/desk/case/"), line("/ja/events/registration/t0ken/"))
    rows, _beside = report(file, language="en")
    assert rows[1:] == [["2026-11", "/desk/case/", "日本語", "3"], ["2026-11", "/events/registration/", "日本語", "1"]]


def test_broken_lines_are_counted_and_told_in_words(log):
    broken = ["half a li\n", "\n", line(time="yesterday"), line(time="2026-11-26T10:00:00"), line().replace("5120 ", ""), b"\xff\xfe\x00\n"]
    rows, beside = report(log(line(), *broken, line()), language="en")
    assert rows[1:] == [["2026-11", "/people/", "日本語", "2"]]
    assert beside == "5 lines could not be understood and were skipped.\n"


def test_bytes_that_are_not_utf_8_spoil_no_other_line(log):
    rows, beside = report(log(b"\xe3\x81", line(), line("/ja/guide/%E3%81/")), language="en")
    assert rows[1:] == [["2026-11", "/guide/\ufffd/", "日本語", "1"]]
    assert beside == "1 line could not be understood and was skipped.\n"


def test_an_empty_log_gives_headings_alone(log):
    rows, beside = report(log(), language="en")
    assert (rows, beside) == ([["Month", "Page", "Language", "Views"]], "")


def test_packed_logs_and_standard_input_are_read_too(tmp_path, log, monkeypatch):
    packed = tmp_path / "site.log.1.gz"
    packed.write_bytes(gzip.compress(line().encode()))
    assert report(packed, log(line("/en/")), language="en")[0][1:] == [
        ["2026-11", "/", "English", "1"], ["2026-11", "/people/", "日本語", "1"],
    ]  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line().encode())))
    assert report(language="en")[0][1:] == [["2026-11", "/people/", "日本語", "1"]]


def test_a_damaged_packed_log_counts_as_far_as_it_goes(tmp_path):
    packed = tmp_path / "site.log.1.gz"
    packed.write_bytes(gzip.compress(line().encode())[:-6])
    rows, beside = report(packed, language="en")
    assert rows[1:] == [["2026-11", "/people/", "日本語", "1"]]
    assert beside == f"The file {packed} could not be read to its end; what was read is counted.\n"


def test_a_missing_log_is_told_in_a_sentence(tmp_path):
    with pytest.raises(CommandError) as told:
        call_command("report_visits", str(tmp_path / "none.log"), language="en")
    assert str(told.value) == f"There is no file {tmp_path}/none.log."


def test_tmg_reads_the_table_in_japanese_by_default(log):
    out = io.StringIO()
    call_command("report_visits", str(log(line(), line("/en/"))), stdout=out)
    with override("ja"):
        head = [gettext("Month"), gettext("Page"), gettext("Language"), gettext("Views")]
        total = gettext("Views in all: %(count)s") % {"count": 2}
    rows = [text.split() for text in out.getvalue().splitlines()]
    assert rows == [head, ["2026-11", "/", "English", "1"], ["2026-11", "/people/", "日本語", "1"], total.split()]


def test_the_front_server_passes_on_the_names_of_parameters_that_pages_read():
    names = re.search(r'map \$args \$asked \{\s+"~\(\?:\^\|&\)\(\?:([\w|]+)\)', CONF.read_text())[1]
    assert set(names.split("|")) == READ


def test_the_front_server_logs_no_address_no_browser_and_no_query():
    logged = re.findall(r"\$(\w+)", re.search(r"log_format visits '([^']+)'", CONF.read_text())[1])
    assert logged == [
        "time_iso8601", "request_method", "logged_path", "status", "bytes_sent", "language", "request_id", "upstream_cache_status", "host_kind",
    ]  # fmt: skip
