"""Who changed what when, in words; bringing back an earlier version, or a row that was deleted."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from reversion import set_comment
from reversion.errors import RevertError
from reversion.models import Version

from core.forms import LANGUAGE_NAMES
from core.images import PhotoField
from core.richtext import squeezed
from core.text import plain
from core.translation_state import difference, parts_of, texts_of

SHOWN = 50
"""Versions on one page of history."""
UNTOLD = {"updated_at", "id"}


@dataclass(frozen=True)
class Change:
    """One field of one row between two versions: whose, which, in which language, and what as HTML."""

    row: str
    label: str
    language: str
    html: str


def shown_fields(model) -> list[models.Field]:
    """The fields whose changes are told: not the columns without a language, sizes and moments of saving."""
    return [
        f
        for f in model._meta.concrete_fields
        if f.name not in UNTOLD and f.name not in texts_of(model) and not f.name.endswith(("_width", "_height"))
    ]


def versions_of(row, limit: int = SHOWN + 1) -> list[Version]:
    """The newest versions of a row, newest first, with their revisions and users."""
    return list(Version.objects.get_for_object(row).select_related("revision__user").order_by("-pk")[:limit])


def latest_version(row) -> str:
    """What an editor who opens the row now sees: the number of its newest version."""
    pk = Version.objects.get_for_object(row).order_by("-pk").values_list("pk", flat=True).first() if row and row.pk else None
    return str(pk or "")


def values_of(version: Version) -> dict:
    try:
        return version.field_dict
    except RevertError:
        return {}


def page_values(version: Version, siblings: list[Version]) -> dict:
    """(model, pk) to values, of a page and of the parts that were saved with it."""
    parts = {part for _name, part, _key in parts_of(version._model)}
    rows = {(version._model, version.object_id): values_of(version)}
    rows |= {(each._model, each.object_id): values_of(each) for each in siblings if each._model in parts}
    return rows


def siblings_of(versions: list[Version]) -> dict:
    """Revision to all its versions; one query."""
    found: dict[int, list[Version]] = {}
    for version in Version.objects.filter(revision__in=[version.revision_id for version in versions]).select_related("content_type"):
        found.setdefault(version.revision_id, []).append(version)
    return found


def changes_between(old: dict, new: dict) -> list[Change]:
    """What differs between two pages as ``page_values`` gives them."""
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        model = key[0]
        before, after = old.get(key, {}), new.get(key, {})
        found += [
            change_of(model, field, before, after) for field in shown_fields(model) if before.get(field.attname) != after.get(field.attname)
        ]
    return [change for change in found if change.html]


def change_of(model, field: models.Field, before: dict, after: dict) -> Change:
    old, new = in_words(field, before.get(field.attname)), in_words(field, after.get(field.attname))
    return change(model, field.name, old, new)


def change(model, name: str, old: str, new: str) -> Change:
    """One change from its two texts; without HTML when nothing that readers see changed."""
    base, language = (name[:-3], name[-2:]) if name[:-3] in texts_of(model) else (name, "")
    label = model._meta.get_field(base).verbose_name
    html = difference(old, new) if plain(old) != plain(new) else _("only the formatting or a link")
    return Change(str(model._meta.verbose_name), str(label), language, "" if squeezed(old) == squeezed(new) else html)


def in_words(field: models.Field, value) -> str:
    """A stored value as staff know it: the label of a choice, a yes or a no, nothing for nothing."""
    if value in (None, ""):
        return ""
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def history_of(row) -> list[dict]:
    """The newest versions with what each changed, newest first."""
    versions = versions_of(row)
    siblings = siblings_of(versions)
    pages = [page_values(version, siblings[version.revision_id]) for version in versions]
    return [
        {
            "version": version,
            "comment": version.revision.get_comment(),
            "changes": changes_between(pages[place + 1], pages[place]) if place + 1 < len(pages) else [],
            "is_first": place + 1 == len(versions),
        }
        for place, version in enumerate(versions[:SHOWN])
    ]


def conflict_text(row, seen: str | None) -> str:
    """Who saved what since an editor opened the row, in words; empty when nobody did."""
    newest = versions_of(row, 1)
    if seen is None or not newest or str(newest[0].pk) == seen:
        return ""
    seen_version = Version.objects.get_for_object(row).filter(pk=seen).first() if seen.isdigit() else None
    siblings = siblings_of([version for version in (seen_version, newest[0]) if version])
    old, new = (page_values(v, siblings[v.revision_id]) if v else {} for v in (seen_version, newest[0]))
    labels = ", ".join(dict.fromkeys(change.label for change in changes_between(old, new))) if old else ""
    return format_html(
        _("{} saved this page meanwhile ({}). Changed: {}. Your text below is not saved. Compare it with the history, then save again."),
        newest[0].revision.user or "–", newest[0].revision.date_created.astimezone().strftime("%Y-%m-%d %H:%M"), labels or "–",
    )  # fmt: skip


@transaction.atomic
def restore(row, version: Version) -> None:
    """Bring back words, sections and pictures of a version; never whether, when and where the row is shown.

    Raises ValidationError when the words of then may not be public now.
    """
    pages = page_values(version, siblings_of([version])[version.revision_id])
    put_back(row, pages.pop((type(row), str(row.pk))), row.state_fields)
    row.full_clean()
    row.save()
    for _name, part, key in parts_of(type(row)):
        wanted = {pk: values for (model, pk), values in pages.items() if model is part}
        part._base_manager.filter(**{key: row}).exclude(pk__in=wanted).delete()
        for pk, values in wanted.items():
            piece = part._base_manager.filter(pk=pk).first() or part(pk=pk)
            put_back(piece, {**values, part._meta.get_field(key).attname: row.pk}, ())
            piece.full_clean()
            piece.save()


def put_back(row, values: dict, kept) -> None:
    for field in row._meta.concrete_fields:
        if field.name not in kept and field.name not in texts_of(type(row)) and field.attname in values and not field.primary_key:
            setattr(row, field.attname, values[field.attname])
    for field in row._meta.concrete_fields:
        if isinstance(field, PhotoField) and getattr(row, field.name):
            getattr(row, field.name).render()


@transaction.atomic
def recover(version: Version):
    """Make a deleted row anew, with its parts, as a draft. Raises ValidationError when its place is taken."""
    pages = page_values(version, siblings_of([version])[version.revision_id])
    row = version._model(pk=version.object_id)
    put_back(row, pages[version._model, version.object_id], ("published_at", "unpublish_at"))
    row.full_clean()
    row.save(force_insert=True)
    restore(row, version)
    return row


class HistoryAdmin:
    """Readable history, restore and recovery for a ``VersionAdmin``."""

    object_history_template = "admin/history.html"
    recover_list_template = "admin/recover_list.html"

    def history_view(self, request, object_id, extra_context=None):
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        context = {"entries": history_of(row), "languages": LANGUAGE_NAMES, "may_restore": self.has_change_permission(request, row)}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def revision_view(self, request, object_id, version_id, extra_context=None):
        """POST brings a version back."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        version = get_object_or_404(Version.objects.get_for_object(row), pk=version_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return self._bring_back(request, lambda: (restore(row, version), row)[1], "history", [row.pk])

    def recover_view(self, request, version_id, extra_context=None):
        """POST makes a deleted row anew, as a draft."""
        version = get_object_or_404(Version.objects.get_deleted(self.model), pk=version_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._bring_back(request, lambda: recover(version), "recoverlist", [])

    def _bring_back(self, request, deed, back: str, args: list):
        label = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        try:
            with self.create_revision(request):
                row = deed()
                self.log_change(request, row, _("Brought back an earlier version."))
                set_comment(_("Brought back an earlier version."))
        except (ValidationError, RevertError, models.ProtectedError) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
            return redirect(f"{label}_{back}", *args)
        messages.success(request, _("The version is back. Its address, its dates of publication and its place stay as they were."))
        return redirect(f"{label}_change", row.pk)
