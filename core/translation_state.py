"""missing, outdated or current: the state of every text in each language, known without anybody ticking a box.

A text is outdated when the other language changed after it was written; the words it was made from are remembered then.
"""

import re
from functools import cache

from diff_match_patch import diff_match_patch
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from core.text import plain

LANGUAGES = ("ja", "en")
OTHER = {"ja": "en", "en": "ja"}
STATES = {"missing": _("missing"), "outdated": _("outdated"), "current": _("current")}
HREF = re.compile(r'href="([^"]*)"')


class OutdatedTranslation(models.Model):
    """One text whose source changed after it; goes when the text follows, or somebody says that it still holds."""

    page_model = models.CharField(max_length=40)
    page_id = models.BigIntegerField()
    model = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=[(code, code) for code in LANGUAGES])
    basis = models.TextField(_("the source that the translation was made from"))
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("outdated translation")
        verbose_name_plural = _("outdated translations")
        constraints = [models.UniqueConstraint(fields=["model", "object_id", "field", "language"], name="one_state_a_text")]
        indexes = [models.Index(fields=["page_model", "page_id"])]

    def __str__(self):
        return f"{self.model} {self.object_id} {self.field}_{self.language}"


@cache
def texts_of(model) -> tuple[str, ...]:
    """The names of a model's texts that are kept in both languages, in the order of its fields."""
    names = [field.name for field in model._meta.concrete_fields]
    return tuple(name for name in names if {f"{name}_{language}" for language in LANGUAGES} <= set(names))


@cache
def parts_of(model) -> tuple:
    """(accessor, model, foreign key) of the rows that live in a content page and hold texts: sections, tasks, figures, clips."""
    relations = [relation for relation in model._meta.related_objects if not getattr(relation.related_model, "is_content", False)]
    return tuple((r.get_accessor_name(), r.related_model, r.field.name) for r in relations if texts_of(r.related_model))


def same_words(old, new) -> bool:
    """Whether two texts say the same and lead to the same addresses; bold or a new paragraph is no new wording."""
    return plain(old or "") == plain(new or "") and HREF.findall(old or "") == HREF.findall(new or "")


def remember(page, row, before: dict) -> None:
    """Note what a saved row means for its translations; ``before`` has its texts (``title_ja`` ...) as they were."""
    noted = {(note.field, note.language): note for note in notes_of(row)}
    for field in texts_of(type(row)):
        changed = [code for code in LANGUAGES if not same_words(before.get(f"{field}_{code}"), getattr(row, f"{field}_{code}"))]
        if len(changed) == 2:
            forget(noted, field)
        elif changed:
            _one_changed(page, row, field, changed[0], before, noted)


def _one_changed(page, row, field: str, language: str, before: dict, noted: dict) -> None:
    other, was = OTHER[language], before.get(f"{field}_{language}")
    waiting = noted.get((field, other))
    whole = all(getattr(row, f"{field}_{code}") for code in LANGUAGES)
    if waiting and same_words(waiting.basis, getattr(row, f"{field}_{language}")) or (field, language) in noted or not whole:
        forget(noted, field)
    elif not waiting and was:
        label = {"page_model": page._meta.label_lower, "page_id": page.pk, "model": row._meta.label_lower, "object_id": row.pk}
        OutdatedTranslation.objects.create(**label, field=field, language=other, basis=was)


def forget(noted: dict, field: str) -> None:
    for code in LANGUAGES:
        if (field, code) in noted:
            noted[field, code].delete()


def notes_of(row) -> models.QuerySet:
    return OutdatedTranslation.objects.filter(model=row._meta.label_lower, object_id=row.pk)


def notes_on_page(page) -> dict:
    """The outdated texts of a page and its parts: (model, id, field_language) to note; one query."""
    notes = OutdatedTranslation.objects.filter(page_model=page._meta.label_lower, page_id=page.pk) if page and page.pk else []
    return {(note.model, note.object_id, f"{note.field}_{note.language}"): note for note in notes}


def state_of(row, field: str, language: str, notes: dict) -> str:
    """``missing``, ``outdated`` or ``current``; empty for a text that is empty in both languages and may be."""
    here, there = (getattr(row, f"{field}_{code}") for code in (language, OTHER[language]))
    if not here:
        return "missing" if there or field in getattr(row, "required_translations", ()) else ""
    return "outdated" if (row._meta.label_lower, row.pk, f"{field}_{language}") in notes else "current"


def missing(model, field: str, language: str) -> Q:
    """The condition that a text is missing in a language."""
    empty = Q(**{f"{field}_{language}": ""}) | Q(**{f"{field}_{language}": None})
    if field in getattr(model, "required_translations", ()):
        return empty
    other = f"{field}_{OTHER[language]}"
    return empty & ~Q(**{other: ""}) & Q(**{f"{other}__isnull": False})


def pages_with(model, state: str, part=None, field: str = "", language: str = "") -> Q:
    """The condition on the pages of a model that they, or their parts, have a text in a state; narrowed as far as told."""
    if state == "outdated":
        notes = OutdatedTranslation.objects.filter(page_model=model._meta.label_lower, page_id=OuterRef("pk"))
        narrow = {"model": part and part._meta.label_lower, "field": field, "language": language}
        return Q(Exists(notes.filter(**{name: value for name, value in narrow.items() if value})))
    whole = Q()
    for owner, link in [(model, "pk"), *((part_model, key) for _name, part_model, key in parts_of(model))]:
        if part in (None, owner):
            rows = owner._base_manager.filter(_any_missing(owner, field, language), **{link: OuterRef("pk")})
            whole |= Q(Exists(rows))
    return whole


def _any_missing(model, field: str, language: str) -> Q:
    condition = Q(pk__in=[])
    for name in [field] if field else texts_of(model):
        for code in [language] if language else LANGUAGES:
            condition |= missing(model, name, code)
    return condition


def matrix_of(model) -> list[dict]:
    """For each text of a model and of its parts: how many rows have it missing or outdated, by language."""
    rows = []
    for owner in [model, *(part for _name, part, _key in parts_of(model))]:
        counted = OutdatedTranslation.objects.filter(page_model=model._meta.label_lower, model=owner._meta.label_lower)
        outdated = {(f, code): n for f, code, n in counted.values_list("field", "language").annotate(Count("pk"))}
        gaps = {f"{f}_{code}_": Count("pk", filter=missing(owner, f, code)) for f in texts_of(owner) for code in LANGUAGES}
        lacking = owner._base_manager.aggregate(**gaps)
        for field in texts_of(owner):
            cells = [(code, lacking[f"{field}_{code}_"], outdated.get((field, code), 0)) for code in LANGUAGES]
            rows.append({"owner": owner, "field": field, "label": owner._meta.get_field(field).verbose_name, "cells": cells})
    return rows


def difference(old: str, new: str) -> str:
    """Two texts as one piece of HTML: what went as ``<del>``, what came as ``<ins>``; Latin script word by word."""
    tool, tokens = diff_match_patch(), Tokens()
    pieces = tool.diff_main(tokens.packed(plain(old or "")), tokens.packed(plain(new or "")))
    tool.diff_cleanupSemantic(pieces)
    marks = {-1: "<del>{}</del>", 0: "{}", 1: "<ins>{}</ins>"}
    return format_html_join("", "{}", ((format_html(marks[kind], tokens.unpacked(piece)),) for kind, piece in pieces))


class Tokens:
    """Words of Latin script and single other characters, each as one character, so that no word is cut in two."""

    WORD = re.compile(r"[A-Za-z0-9À-ỹ’'-]+|.", re.DOTALL)
    FIRST = 0x100000  # a plane of Unicode for private use

    def __init__(self):
        self.seen: dict[str, int] = {}

    def packed(self, text: str) -> str:
        return "".join(chr(self.FIRST + self.seen.setdefault(word, len(self.seen))) for word in self.WORD.findall(text))

    def unpacked(self, text: str) -> str:
        words = list(self.seen)
        return "".join(words[ord(code) - self.FIRST] for code in text)
