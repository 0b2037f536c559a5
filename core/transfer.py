"""Tables in and out: XLSX and CSV that Excel in Japan writes, checked before anything is read, all rows or none.

Limits: 5 MiB, 5,000 rows, 50 MB unzipped. A cell that a spreadsheet would take for a formula goes out with an apostrophe
before it in CSV, typed as text in XLSX, and comes back in unchanged.
"""

import csv
import io
import zipfile

import openpyxl
import tablib
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm, ImportForm
from import_export.instance_loaders import CachedInstanceLoader

from core.models import REQUIRED_LANGUAGES
from core.richtext import RichTextField
from core.taxonomy import CodesField
from core.text import plain
from core.translation_state import difference, remember, texts_of

MOST_BYTES = 5 * 1024 * 1024
MOST_UNZIPPED = 50_000_000
MOST_ROWS = 5_000
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
    """A dataset from an iterator of rows, the first with the column names; empty rows are left out, short ones filled up."""
    headers = [str(name or "").strip() for name in next(rows, [])]
    dataset = tablib.Dataset(headers=headers)
    for row in rows:
        cells = [armed("" if cell is None else cell) for cell in row][: len(headers)]
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
            except csv.Error as error:
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
        except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
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
        if sum(item.file_size for item in archive.infolist()) > MOST_UNZIPPED:
            raise ValidationError(_("The file is too large when it is unpacked."))
        for item in archive.infolist():
            if item.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(item)[:4_000]:
                raise ValidationError(_("The file holds XML entities and is refused."))


FORMATS = [SafeXLSX, JapaneseCSV]


class CodesWidget(widgets.Widget):
    """Several codes in one cell, with blanks between them."""

    def clean(self, value, row=None, **kwargs):
        return [code for code in str(value or "").replace(",", " ").split() if code]

    def render(self, value, obj=None, **kwargs):
        return " ".join(getattr(item, "code", item) for item in value or [])


class TextDiff(resources.Diff):
    """Field by field what an import changes, as the rest of the admin shows it; only a preview shows it."""

    def __init__(self, resource, instance, new):
        super().__init__(resource, instance, new)
        self.is_shown = resource.is_preview

    def as_html(self):
        pairs = zip(self.left, self.right, strict=True) if self.is_shown else ()
        return [self.told("" if self.new else str(old or ""), str(new or "")) for old, new in pairs]

    @staticmethod
    def told(old: str, new: str) -> str:
        """As ``difference``, without its search for what two texts share where that is known."""
        if old == new:
            return escape(plain(new))
        return difference(old, new) if old else format_html("<ins>{}</ins>", plain(new))


class Taken:
    """The values that only one row of a model may have, and whose they are; known beforehand, so that no row asks for them."""

    def __init__(self, model):
        names = [field.attname for field in model._meta.concrete_fields if field.unique and not field.primary_key]
        self.owners = {name: dict(model._base_manager.values_list(name, "pk")) for name in names}

    def take(self, instance) -> dict:
        """Note the values of a row; field name to error for those that another row has."""
        errors = {}
        for name, owners in self.owners.items():
            value = getattr(instance, name)
            if value in owners and owners[value] != (instance.pk or instance):
                errors[name] = instance.unique_error_message(type(instance), (name,))
            else:
                owners[value] = instance.pk or instance
        return errors


class TableResource(resources.ModelResource):
    """A content model as a table: a row is a page, found by its address; state is neither told nor taken. A preview saves nothing."""

    is_preview = False

    class Meta:
        import_id_fields = ["slug"]
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True

    @classmethod
    def get_diff_class(cls):
        return TextDiff

    def import_data(self, dataset, dry_run=False, **kwargs):
        self.is_preview = dry_run
        return super().import_data(dataset, dry_run=dry_run, **kwargs)

    def before_import(self, dataset, **kwargs):
        known = [field.column_name for field in self.get_import_fields()]
        missing = [name for name in known if name not in (dataset.headers or [])]
        if missing:
            raise ValidationError(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
        if not len(dataset):
            raise ValidationError(_("The table has column names but no rows. Nothing was changed."))
        self.taken = Taken(self._meta.model)

    def import_instance(self, instance, row, **kwargs):
        self.before = {
            f"{name}_{code}": getattr(instance, f"{name}_{code}") for name in texts_of(type(instance)) for code in REQUIRED_LANGUAGES
        }
        super().import_instance(instance, row, **kwargs)
        for name, value in self.before.items():
            if value is None and getattr(instance, name) == "":
                setattr(instance, name, None)  # an empty cell is no change of a text that was never written
        for field in type(instance)._meta.concrete_fields:
            if isinstance(field, RichTextField):
                value = getattr(instance, field.attname)
                setattr(instance, field.attname, field.sanitize(value) if value else value)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """As the package's, with what is taken instead of a query for each unique field and each constraint of each row."""
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean(exclude=errors.keys(), validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for name, message in self.taken.take(instance).items():
            errors.setdefault(name, []).append(message)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance, is_create):
        if not self.is_preview:
            super().do_instance_save(instance, is_create)

    def after_save_instance(self, instance, row, **kwargs):
        if not self.is_preview and any(self.before.values()):
            remember(instance, instance, self.before)


def table_of(model, *columns: str, **special) -> type[TableResource]:
    """The resource of a model with these columns; a translated column stands for its Japanese and its English."""
    names = ["slug"]
    for column in columns:
        names += [f"{column}_{code}" for code in REQUIRED_LANGUAGES] if column in texts_of(model) else [column]
    meta = type("Meta", (TableResource.Meta,), {"model": model, "fields": names, "export_order": names, "import_order": names})
    own = {
        name: fields.Field(attribute=name, column_name=name, widget=CodesWidget())
        for name in names
        if isinstance(model._meta.get_field(name), CodesField) or getattr(model._meta.get_field(name), "multiple", False)
    }
    return type(f"{model.__name__}Table", (TableResource,), {"Meta": meta, **own, **special})


class LimitedImportForm(ImportForm):
    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MiB."))
        return file


class TransferMixin(ImportExportMixin):
    """Import with a preview and a revision, export, for a content admin with ``resource_classes``."""

    formats = import_formats = export_formats = FORMATS
    import_form_class = LimitedImportForm
    export_form_class = ExportForm
    import_error_display = ("message",)
    skip_import_confirm = False

    change_list_template = "admin/import_export/change_list_import_export.html"
    ie_base_change_list_template = "reversion/change_list.html"

    def init_change_list_template(self):
        """Both are named above: the package's own way ends in a property that cannot be set."""

    def has_import_permission(self, request):
        return self.may_publish(request) or (self.has_add_permission(request) and super().has_change_permission(request))

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def add_data_read_fail_error_to_form(self, form, e):
        words = (
            e.messages[0]
            if isinstance(e, ValidationError)
            else _("The file could not be read. Save it as XLSX or CSV UTF-8 and try again.")
        )
        form.add_error("import_file", words)

    def process_import(self, request, **kwargs):
        if not self.has_import_permission(request):
            raise PermissionDenied
        with self.create_revision(request):
            return super().process_import(request, **kwargs)
