"""What is written into the search index, and when."""

from itertools import islice

from django.conf import settings
from django.db import models
from django.utils import translation

from core.links import content_models
from core.models import Content
from core.text import plain
from search.models import SearchEntry
from search.words import indexed

SKIPPED = {"notice"}
UNSEARCHED = {"order", "home_order", "updated_at"}
"""Columns that no entry depends on."""

BATCH = 100


def is_searchable(model) -> bool:
    return issubclass(model, Content) and model._meta.model_name not in SKIPPED


def row_saved(sender, instance, raw=False, created=False, **kwargs) -> None:
    """A content row, or a row that lives in one, was saved: write the page's entries anew (not while loading fixtures)."""
    if raw:
        return
    if is_searchable(sender):
        write(instance, created)
    else:
        parent = page_of(instance)
        if parent is not None:
            write(parent)


def row_deleted(sender, instance, **kwargs) -> None:
    if is_searchable(sender):
        SearchEntry.objects.filter(kind=instance.kind, object_id=instance.pk).delete()
    else:
        row_saved(sender, instance)


def model_changed(sender, keys=None, fields=frozenset(), **kwargs) -> None:
    """Rows of a model changed in bulk: write their entries anew, or all of the model when it is not known which."""
    if is_searchable(sender) and not (fields and fields <= UNSEARCHED):
        rebuild([sender], keys)


def page_of(instance) -> Content | None:
    """The content row that a section, task, figure, clip or consent belongs to; what visitors sent (``is_private``) belongs to none."""
    if getattr(instance, "is_private", False):
        return None
    for field in instance._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and is_searchable(field.related_model):
            return field.related_model.objects.filter(pk=getattr(instance, field.attname)).first()
    return None


def rebuild(kinds=None, keys=None) -> int:
    """Write every entry of the given models (default all), or of their rows with these keys, anew; the number of entries."""
    return sum(_rebuild(model, keys) for model in kinds or content_models() if is_searchable(model))


def _rebuild(model, keys=None) -> int:
    old, rows = SearchEntry.objects.filter(kind=model._meta.model_name), model.objects.for_page()
    if keys is not None:
        old, rows = old.filter(object_id__in=keys), rows.filter(pk__in=keys)
    old.delete()
    number = 0
    for some in batched(rows.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        number += len(SearchEntry.objects.bulk_create([entry for row in some for entry in entries_of(row)]))
    return number


def batched(rows, size: int):
    """The rows in lists of so many."""
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


def write(row: Content, is_new: bool = False) -> None:
    if not is_new:
        SearchEntry.objects.filter(kind=row.kind, object_id=row.pk).delete()
    SearchEntry.objects.bulk_create(entries_of(row))


def entries_of(row: Content) -> list[SearchEntry]:
    """One entry a language for a row with published_at (a scheduled one is found from its minute on)."""
    if row.published_at is None:
        return []
    return [entry_of(row, language) for language, _name in settings.LANGUAGES]


def entry_of(row: Content, language: str) -> SearchEntry:
    with translation.override(language):
        title = plain(row.heading)
        text = " ".join(text_of(row))
        return SearchEntry(
            kind=row.kind, object_id=row.pk, language=language, title=title, text=text,
            words=indexed(f"{title} {text}"),
            url=row.get_absolute_url(), published_at=row.published_at, live_until=row.live_until,
        )  # fmt: skip


def text_of(row: Content):
    """The searchable words of a row and of its sections, in the active language."""
    for name in row.searched[1:]:
        yield plain(getattr(row, name))
    for part in row.rows_to_search():
        for name in ("heading", "body", "pull_quote", "title", "note", "caption", "rows"):
            yield plain(getattr(part, name, ""))
