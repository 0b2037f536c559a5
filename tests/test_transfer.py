"""Tables that Excel in Japan writes go in whole or not at all, and come out safe."""

import csv
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from reversion.models import Version

from agencies.models import Agency
from core.tables import armed, defused
from core.translation_state import OutdatedTranslation
from faq.models import Category, Question
from interviews.models import Person
from tests import factories
from tests.staff import list_of

pytestmark = pytest.mark.django_db
XLSX, CSV = "0", "1"


def export(client, model, kind=CSV) -> bytes:
    url = f"{list_of(model)}export/"
    fields = {name: "on" for form in [client.get(url).context["form"]] for name in form.fields if name.startswith("agencytable")}
    return client.post(url, {"format": kind, **fields}).content


def rows_of(data: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def table(rows: list[dict], encoding="utf-8") -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def preview(client, model, data: bytes, kind=CSV, name="table.csv"):
    return client.post(f"{list_of(model)}import/", {"format": kind, "import_file": SimpleUploadedFile(name, data)})


def confirm(client, model, answer):
    form = answer.context["confirm_form"]
    return client.post(f"{list_of(model)}process_import/", {name: form.initial.get(name) or "" for name in form.fields})


@pytest.fixture
def agency():
    return factories.agency(name_en="Old name")


def only(rows, slug) -> dict:
    return next(row for row in rows if row["slug"] == slug)


@pytest.mark.parametrize("model", [Agency, Person, Question, Category])
@pytest.mark.parametrize("kind", [XLSX, CSV])
def test_what_goes_out_comes_in_again_unchanged(as_editor, model, kind):
    data = export(as_editor, model, kind)
    result = preview(as_editor, model, data, kind, "table.xlsx" if kind == XLSX else "table.csv").context["result"]
    assert [(row.number, row.error) for row in result.invalid_rows] == []
    assert result.totals == {"new": 0, "update": 0, "delete": 0, "skip": model.objects.count(), "error": 0, "invalid": 0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_operator_changes_an_agency_by_table_in_the_encodings_of_excel(client, pasona_operator, agency, encoding):
    client.force_login(pasona_operator)
    row = {**only(rows_of(export(client, Agency)), agency.slug), "name_ja": "新しい社名"}
    answer = preview(client, Agency, table([row], encoding))
    assert "<ins>新しい社名</ins>" in str(answer.context["result"].rows[0].diff)
    assert Agency.objects.get(pk=agency.pk).name_ja == "Agency ja"
    confirm(client, Agency, answer)
    assert Agency.objects.get(pk=agency.pk).name_ja == "新しい社名"


def test_an_import_leaves_a_revision_and_its_preview_none(as_editor, agency):
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "name_en": "New name"}
    answer = preview(as_editor, Agency, table([row]))
    assert not Version.objects.get_for_object(agency).exists()
    confirm(as_editor, Agency, answer)
    assert Version.objects.get_for_object(agency).get().revision.user.username == "editor"


def test_an_import_knows_which_translation_is_outdated(as_editor, agency):
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "name_en": "New name"}
    confirm(as_editor, Agency, preview(as_editor, Agency, table([row])))
    note = OutdatedTranslation.objects.get()
    assert (note.field, note.language, note.basis) == ("name", "ja", "Old name")


def test_one_bad_row_refuses_the_whole_table_with_its_reason_in_japanese(as_editor, agency):
    good = {**only(rows_of(export(as_editor, Agency)), agency.slug), "name_en": "New name"}
    bad = {**good, "slug": "brand-new", "licence_number": "13-ユ-12", "area": "mars", "countries": "ZZ"}
    answer = preview(as_editor, Agency, table([good, bad]))
    invalid = answer.context["result"].invalid_rows
    assert [row.number for row in invalid] == [2]
    assert {"licence_number", "area"} <= set(invalid[0].field_specific_errors)
    assert "13-ユ-123456" in str(invalid[0].field_specific_errors["licence_number"]) and "confirm_form" not in answer.context
    assert Agency.objects.get(pk=agency.pk).name_en == "Old name"


def told_of(answer) -> list:
    """Number of each refused row and the fields at fault."""
    return [(row.number, list(row.field_specific_errors)) for row in answer.context["result"].invalid_rows]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (("old", "999991"), ("new", "999991"), [(2, ["licence_number"])]),
        (("new", "999991"), ("old", "999991"), [(2, ["licence_number"])]),
        (("new", "999991"), ("newer", "999991"), [(2, ["licence_number"])]),
        (("new", "999991"), ("new", "999992"), [(2, ["slug"])]),
        (("old", "999991"), ("new", "999992"), []),
    ],
)
def test_what_only_one_row_may_have_is_in_one_row_of_a_table(as_editor, agency, first, second, found):
    slugs = {"old": agency.slug, "new": "brand-new", "newer": "brand-newer"}
    known = only(rows_of(export(as_editor, Agency)), agency.slug)
    rows = [{**known, "slug": slugs[slug], "licence_number": f"13-ユ-{number}"} for slug, number in (first, second)]
    assert told_of(preview(as_editor, Agency, table(rows))) == found


def test_a_number_that_another_agency_has_is_refused_with_its_row(as_editor, agency):
    other = factories.agency()
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "licence_number": other.licence_number}
    assert told_of(preview(as_editor, Agency, table([row]))) == [(1, ["licence_number"])]


def test_a_new_agency_arrives_as_an_unverified_draft(as_editor, agency):
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "slug": "brand-new", "licence_number": "13-ユ-999999"}
    confirm(as_editor, Agency, preview(as_editor, Agency, table([row])))
    now = Agency.objects.get(slug="brand-new")
    assert (now.published_at, now.verified_on, now.edited_by) == (None, None, "editor")


def test_rich_text_from_a_table_is_sanitised(as_editor, agency):
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "body_en": "<p>Fine</p><script>alert(1)</script>"}
    confirm(as_editor, Agency, preview(as_editor, Agency, table([row])))
    assert Agency.objects.get(pk=agency.pk).body_en == "<p>Fine</p>"


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("xl/big.bin", b"0" * 51_000_000)
ENTITIES = io.BytesIO()
with zipfile.ZipFile(ENTITIES, "w") as archive:
    archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')


@pytest.mark.parametrize(("data", "kind", "told"), [
    (b"slug,name_ja\r\nx,y\r\n", CSV, "列が足りません"),
    ("スラッグ".encode("utf-16"), CSV, "文字コード"),
    (b"not a workbook", XLSX, "XLSX"),
    (BOMB.getvalue(), XLSX, "展開後"),
    (ENTITIES.getvalue(), XLSX, "XMLエンティティ"),
    (b"", CSV, ""),
    (b"slug\n" + b"x\n" * 5001, CSV, "5000"),
    (b"x" * (5 * 1024 * 1024 + 1), CSV, "5MiB"),
])  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_words(as_editor, data, kind, told):
    answer = preview(as_editor, Agency, data, kind)
    assert answer.status_code == 200 and "confirm_form" not in answer.context
    assert told in answer.content.decode()


def test_a_table_of_headers_empties_nothing(as_editor):
    before = Agency.objects.count()
    headers = export(as_editor, Agency).split(b"\r\n")[0] + b"\r\n"
    answer = preview(as_editor, Agency, headers)
    assert "confirm_form" not in answer.context and Agency.objects.count() == before


def test_more_columns_than_known_are_ignored(as_editor, agency):
    row = {**only(rows_of(export(as_editor, Agency)), agency.slug), "is_superuser": "1", "published_at": ""}
    result = preview(as_editor, Agency, table([row])).context["result"]
    assert (result.totals["skip"], result.invalid_rows, result.row_errors()) == (1, [], [])


@pytest.mark.parametrize("cell", ["=1+1", "+81-3-1234-5678", "-x", "@SUM", "\tx", "＝1", "'already", "'=x", "plain", ""])
def test_a_cell_that_a_spreadsheet_would_compute_is_defused_and_comes_back(cell):
    assert armed(defused(cell)) == cell
    assert not defused(cell).startswith(tuple("=+-@\t＝"))


@pytest.mark.parametrize(("cell", "kept"), [("'tis", "'tis"), ("'", "'"), ("", ""), (5, 5), (None, None), ("'=1", "=1"), ("''tis", "'tis")])
def test_a_cell_written_elsewhere_loses_only_a_mark_that_stands_before_a_formula(cell, kept):
    assert armed(cell) == kept


def test_xlsx_cells_are_typed_as_text(as_editor, agency):
    Agency.objects.filter(pk=agency.pk).update(name_en="=1+1")
    sheet = openpyxl.load_workbook(io.BytesIO(export(as_editor, Agency, XLSX))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
