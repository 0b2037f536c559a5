"""Tables made to break things: refused in words with the old rows untouched, or taken as plain text."""

import gzip
import io
import random
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.utils import translation

from agencies.models import Agency
from core.tables import JapaneseCSV, SafeXLSX
from tests.test_transfer import CSV, XLSX, export, only, preview, rows_of, table

pytestmark = pytest.mark.django_db


def workbook(rows=(("slug", "name_ja"), ("x", "y"))) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def rebuilt(changes: dict, drop=(), pack=zipfile.ZIP_DEFLATED) -> bytes:
    """A sound workbook with some of its parts replaced, added or left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(buffer, "w", pack) as new:
        for item in old.infolist():
            if item.filename not in (*drop, *changes):
                new.writestr(item.filename, old.read(item))
        for name, data in changes.items():
            new.writestr(name, data)
    return buffer.getvalue()


SHEET, STRINGS, TYPES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
PARTS = ["xl/workbook.xml", SHEET, STRINGS, "xl/styles.xml", TYPES, "xl/_rels/workbook.xml.rels"]
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'

TABLES = {
    **{f"entity of a file in {name}": (XLSX, rebuilt({name: DOCTYPE})) for name in PARTS},
    **{f"a billion laughs in {name}": (XLSX, rebuilt({name: LAUGHS})) for name in (SHEET, STRINGS)},
    **{f"without {name}": (XLSX, rebuilt({}, drop=[name])) for name in ("xl/workbook.xml", SHEET, TYPES, "xl/_rels/workbook.xml.rels")},
    **{f"rubbish in {name}": (XLSX, rebuilt({name: b"<x"})) for name in PARTS},
    **{f"cut at {part} %": (XLSX, workbook()[: len(workbook()) * part // 100]) for part in (5, 40, 80, 99)},
    "unpacks to 60 MB": (XLSX, rebuilt({"xl/media/x.bin": b"0" * 60_000_000})),
    "5,000 parts": (XLSX, rebuilt({f"xl/media/{n}": b"" for n in range(5_000)})),
    "sixty parts of one MB": (XLSX, rebuilt({f"xl/media/{n}.bin": b"0" * 1_000_000 for n in range(60)})),
    "entity behind a long comment": (XLSX, rebuilt({SHEET: f"<?xml version='1.0'?><!--{'x' * 5_000}-->{DOCTYPE[21:]}"})),
    "entity in UTF-16": (XLSX, rebuilt({SHEET: DOCTYPE.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")})),
    "a cell of no column": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="1"><c r="!!!1" t="n"><v>1</v></c></row></sheetData></worksheet>'})),
    "a cell far away": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData></worksheet>'})),
    "a string that is not there": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="1"><c r="A1" t="s"><v>99999</v></c></row></sheetData></worksheet>'})),
    "a number that is none": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="1"><c r="A1" t="n"><v>x</v></c></row></sheetData></worksheet>'})),
    "a day that is none": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="1"><c r="A1" t="d"><v>2026-99-99</v></c></row></sheetData></worksheet>'})),
    "a row of no number": (XLSX, rebuilt({SHEET: f'{HEAD}<row r="x"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'})),
    "6,000 rows": (XLSX, workbook([("slug", "name_ja"), *((f"s{n}", "x") for n in range(6_000))])),
    "no sheet": (XLSX, rebuilt({"xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>'})),
    "an empty sheet": (XLSX, workbook([])), "a header only": (XLSX, workbook([("slug",)])), "wrong columns": (XLSX, workbook()),
    "an archive of something else": (XLSX, rebuilt({}, drop=PARTS)), "gzip": (XLSX, gzip.compress(workbook())), "an empty file": (XLSX, b""),
    "an old workbook": (XLSX, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2_000), "a CSV": (XLSX, b"slug,name_ja\r\nx,y\r\n"),
    "random bytes as XLSX": (XLSX, random.Random(1).randbytes(4_000)),
    "random bytes": (CSV, random.Random(2).randbytes(4_000)), "a workbook": (CSV, workbook()), "nothing": (CSV, b""), "NUL": (CSV, b"slug,name_ja\r\nx\x00,y\x00\r\n"),
    "UTF-16": (CSV, "slug,名前\r\nx,y".encode("utf-16")), "EUC": (CSV, "slug,名前\r\nx,高橋".encode("euc_jp")), "a mark alone": (CSV, b"\xef\xbb\xbf"),
    "a quote without an end": (CSV, b'slug,name_ja\r\n"x,y\r\n' + b"z" * 200_000), "a cell of 200,000 letters": (CSV, b"slug\r\n" + b"x" * 200_000),
    "the same column twice": (CSV, b"slug,slug\r\nx,y\r\n"), "columns without a name": (CSV, b",,,\r\nx,y,z,w\r\n"), "line ends alone": (CSV, b"\r\n" * 9_000),
    "10,000 columns": (CSV, b"slug," + b"c," * 10_000 + b"\r\nx\r\n"), "a page": (CSV, b"<html><script>alert(1)</script></html>"),
    "5,001 rows": (CSV, b"slug,name_ja\r\n" + b"x,y\r\n" * 5_001), "lines of old machines": (CSV, b"slug,name_ja\rx,y\r"),
}  # fmt: skip


def everything() -> str:
    with translation.override("en"):
        return serialize("json", Agency.objects.order_by("pk"))


def test_the_corpus_holds_at_least_forty_hostile_tables():
    assert len({data for _kind, data in TABLES.values()}) >= 45


@pytest.mark.filterwarnings("ignore:.*:UserWarning:openpyxl")
@pytest.mark.parametrize("case", TABLES)
def test_editor_is_told_in_words_that_a_hostile_table_is_refused_and_no_row_changes(as_editor, case):
    kind, data = TABLES[case]
    before = everything()
    answer = preview(as_editor, Agency, data, kind, "table.xlsx" if kind == XLSX else "table.csv")
    assert answer.status_code == 200 and "confirm_form" not in answer.context
    errors = answer.context["form"].errors.get("import_file", []) or [error.error for error in answer.context["result"].base_errors]
    assert errors and "passwd" not in answer.content.decode() and "root:" not in answer.content.decode()
    assert everything() == before


FORMULAS = [
    "=cmd|'/C calc'!A0",
    "+SUM(1)",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    '=HYPERLINK("http://evil.example","x")',
    "=1\x00",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_that_comes_in_goes_out_as_text(as_editor, text):
    clean = text.replace("\x00", "").strip("\t\r")
    row = {**only(rows_of(export(as_editor, Agency)), Agency.objects.first().slug), "affiliation_ja": clean, "affiliation_en": clean}
    assert preview(as_editor, Agency, table([row])).context["result"].has_errors() is False
    Agency.objects.filter(slug=row["slug"]).update(affiliation_en=clean)
    cell = only(rows_of(export(as_editor, Agency)), row["slug"])["affiliation_en"]
    assert not cell.startswith(tuple("=+-@＝＋\t\r"))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.filterwarnings("ignore:.*:UserWarning:openpyxl")
def test_a_workbook_with_a_few_wrong_bytes_is_read_or_refused_and_never_a_fault(seed):
    luck, data = random.Random(seed), bytearray(workbook())
    for _time in range(luck.choice([1, 3, 20])):
        data[luck.randrange(len(data))] = luck.randrange(256)
    for reader in (SafeXLSX(), JapaneseCSV()):
        try:
            reader.create_dataset(bytes(data))
        except ValidationError as told:
            assert all(told.messages)
