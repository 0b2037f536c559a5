"""Tables as files: CSV in the encodings of Excel in Japan, and XLSX without formulas, bombs or damage."""

import csv
import io
import zipfile
import zlib

import openpyxl
import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX

MOST_BYTES = 5 * 1024 * 1024
MOST_UNZIPPED = 50_000_000
MOST_ROWS = 5_000
MOST_PARTS = 1_000
DAMAGE = (zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, OSError, EOFError)
"""What reading a workbook with wrong bytes in it may raise."""

FORMULA = tuple("=+-@\t\r＝＋－＠")


def defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def armed(cell):
    """A cell as it was before ``defused``."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and cell[1:].startswith((*FORMULA, "'")) else cell


def checked(dataset: tablib.Dataset) -> tablib.Dataset:
    if len(dataset) > MOST_ROWS:
        raise ValidationError(
            _("The table has %(rows)s rows; at most %(most)s are taken at once.") % {"rows": len(dataset), "most": MOST_ROWS}
        )
    return dataset


def dataset_of(rows) -> tablib.Dataset:
    """A dataset from an iterator of rows, the first with the column names; empty rows are left out, short ones filled up.

    Raises ValueError for a cell with NUL, which no database keeps.
    """
    headers = [str(name or "").strip() for name in next(rows, [])]
    dataset = tablib.Dataset(headers=headers)
    for row in rows:
        cells = [armed("" if cell is None else cell) for cell in row][: len(headers)]
        if "\x00" in "".join(cell for cell in cells if isinstance(cell, str)):
            raise ValueError("NUL")
        if any(cell != "" for cell in cells):
            dataset.append(cells + [""] * (len(headers) - len(cells)))
    return checked(dataset)


class JapaneseCSV(CSV):
    """CSV in UTF-8 (with or without BOM) or CP932; goes out as UTF-8 with BOM, so that Excel opens it rightly."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def is_binary(self):
        return True

    def get_read_mode(self):
        return "rb"

    def create_dataset(self, in_stream, **kwargs):
        for encoding in ("utf-8-sig", "cp932"):
            try:
                return dataset_of(csv.reader(io.StringIO(in_stream.decode(encoding))))
            except UnicodeDecodeError:
                continue
            except (csv.Error, ValueError) as error:
                raise ValidationError(_("This is not a CSV table.")) from error
        raise ValidationError(_("The file is neither UTF-8 nor Shift_JIS (CP932). In Excel choose “CSV UTF-8” or XLSX."))

    def export_data(self, dataset, **kwargs):
        buffer = io.StringIO()
        csv.writer(buffer).writerows([[defused(str(cell)) for cell in row] for row in [dataset.headers, *dataset]])
        return buffer.getvalue().encode("utf-8-sig")


class SafeXLSX(XLSX):
    """XLSX: refused when it unpacks too large or brings entities; goes out with every cell typed as text."""

    def create_dataset(self, in_stream, **kwargs):
        try:
            refuse_bombs(in_stream)
            sheet = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True).active
            return dataset_of(iter(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2)))
        except DAMAGE as error:
            raise ValidationError(_("This is not an XLSX table.")) from error

    def export_data(self, dataset, **kwargs):
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("data")
        for row in [dataset.headers, *dataset]:
            sheet.append([as_text(sheet, str(cell)) for cell in row])
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


def as_text(sheet, value: str):
    cell = openpyxl.cell.WriteOnlyCell(sheet, value=openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def refuse_bombs(data: bytes) -> None:
    """Raises ValidationError for a workbook of more than 50 MB unzipped or with a document type in its XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > MOST_PARTS or sum(item.file_size for item in archive.infolist()) > MOST_UNZIPPED:
            raise ValidationError(_("The file is too large when it is unpacked."))
        for item in archive.infolist():
            if item.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(item)[:4_000]:
                raise ValidationError(_("The file holds XML entities and is refused."))


FORMATS = [SafeXLSX, JapaneseCSV]
