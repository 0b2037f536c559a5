"""Tables in and out: XLSX and CSV that Excel in Japan writes, checked before anything is read, all rows or none.

Limits: 5 MiB, 5,000 rows, 50 MB and 1,000 parts unzipped. A cell that a spreadsheet would take for a formula goes out with an apostrophe
before it in CSV, typed as text in XLSX, and comes back in unchanged.
"""

from itertools import repeat

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.functional import cached_property
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.instance_loaders import CachedInstanceLoader

from core.audit import AUDIT
from core.models import REQUIRED_LANGUAGES
from core.richtext import RichTextField
from core.tables import FORMATS, MOST_BYTES
from core.taxonomy import CodesField
from core.text import plain
from core.translation_state import difference, remember, texts_of


class CodesWidget(widgets.Widget):
    """Several codes in one cell, with blanks between them."""

    def clean(self, value, row=None, **kwargs):
        return [code for code in str(value or "").replace(",", " ").split() if code]

    def render(self, value, obj=None, **kwargs):
        return " ".join(getattr(item, "code", item) for item in value or [])


class TextDiff(resources.Diff):
    """Field by field what an import changes, as the rest of the admin shows it; only a preview reads and shows it."""

    def __init__(self, resource, instance, new):
        self.is_shown, self.new = resource.is_preview, new
        self.left = self._read_field_values(resource, instance) if self.is_shown and not new else repeat("")

    def compare_with(self, resource, instance):
        self.right = self._read_field_values(resource, instance) if self.is_shown else ()

    def as_html(self):
        return [self.told(str(old or ""), str(new or "")) for old, new in zip(self.left, self.right, strict=False)]

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

    @cached_property
    def own_fields(self) -> list:
        return super().get_import_fields()

    def get_import_fields(self):
        """As the package's, found once a table instead of five times a row."""
        return self.own_fields

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

    def get_export_data(self, file_format, request, queryset, **kwargs):
        facts = {"table": self.opts.label_lower, "kind": file_format.get_extension(), "rows": queryset.count()}
        AUDIT.info("exported", extra={"request": request, "facts": facts})
        return super().get_export_data(file_format, request, queryset, **kwargs)

    def process_import(self, request, **kwargs):
        if not self.has_import_permission(request):
            raise PermissionDenied
        AUDIT.info("imported", extra={"request": request, "facts": {"table": self.opts.label_lower}})
        with self.create_revision(request):
            return super().process_import(request, **kwargs)
