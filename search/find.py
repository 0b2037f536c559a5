"""search(query, language): what visitors find, the same on both databases."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from core.edition import now
from core.text import normalise
from search.models import SearchEntry, Term
from search.words import LATIN, tokens

LONGEST = 100
SLASH, REMARK = re.compile(r"\s*[/／]\s*"), re.compile(r"[（(].*?[)）]")
MOST = 200
ORDER = ("step", "question", "category", "article", "interview", "person", "agency", "event", "office", "page", "accessibilitytest")


@dataclass
class Group:
    kind: str
    entries: list[SearchEntry]
    label: str = ""


def variants_of(query: str) -> list[list[str]]:
    """The words of the query (cut at 100 characters) and those of its counterparts in the glossary."""
    found = [words for words in (tokens(text) for text in with_counterparts(query[:LONGEST])) if words]
    return [words for place, words in enumerate(found) if words not in found[:place]]


def search(query: str, language: str) -> list[SearchEntry]:
    """Live entries that hold every word of the query or of its counterpart in the glossary, best first.

    A query without a letter or digit finds nothing.
    """
    return search_words(variants_of(query), language)


def search_words(variants: list[list[str]], language: str) -> list[SearchEntry]:
    if not variants:
        return []
    at = now()
    live = SearchEntry.objects.filter(language=language, published_at__lte=at).filter(Q(live_until=None) | Q(live_until__gt=at))
    found = live.filter(any_of(variants))[:MOST]
    return sorted(found, key=lambda entry: rank(entry, variants))


def any_of(variants: list[list[str]]) -> Q:
    either = Q(pk__in=[])
    for words in variants:
        every = Q()
        for word in words:
            every &= holds(needle(word))
        either |= every
    return either


def holds(text: str) -> Q:
    """The condition that the words of an entry hold a text; PostgreSQL finds a position sooner than it matches LIKE."""
    return Q(GreaterThan(StrIndex("words", Value(text)), 0)) if connection.vendor == "postgresql" else Q(words__contains=text)


def needle(word: str) -> str:
    """Latin words match at the start of a word, Japanese ones anywhere."""
    return f" {word}" if LATIN.match(word) else word


def rank(entry: SearchEntry, variants) -> tuple:
    """Words in the title first, then the kinds in the order of use."""
    title = f" {' '.join(tokens(entry.title))} "
    in_title = any(all(needle(word) in title for word in words) for words in variants)
    return not in_title, ORDER.index(entry.kind) if entry.kind in ORDER else len(ORDER), entry.pk


def grouped(entries) -> list[Group]:
    groups: dict[str, Group] = {}
    for entry in entries:
        groups.setdefault(entry.kind, Group(entry.kind, [])).entries.append(entry)
    return list(groups.values())


def names_of(words: str) -> list[str]:
    """The names in a field of the glossary: 査証／ビザ are two; a remark in brackets is none."""
    return [name for name in SLASH.split(REMARK.sub("", words).strip()) if name]


@lru_cache(maxsize=4096)
def forms_of(words: str) -> tuple[str, ...]:
    return tuple(normalise(name) for name in names_of(words))


def is_part(wanted: str, names: tuple[str, ...]) -> bool:
    return len(wanted) > 3 and any(wanted in name for name in names)


def counterparts(wanted: str, term: Term) -> tuple[str, ...]:
    """Every name of the thing that is wanted; where the query is only a part of a name, those in the other language."""
    japanese, readings, english = (forms_of(words) for words in (term.word_ja, term.reading, term.word_en))
    if wanted in japanese + readings + english:
        return japanese + english
    return english if is_part(wanted, japanese) else japanese if is_part(wanted, english) else ()


def with_counterparts(query: str) -> list[str]:
    """The query, and the same thing under its other names where the glossary knows it."""
    wanted = normalise(query.strip())
    terms = Term.objects.all() if len(wanted) > 1 else ()
    return [query, *(name for term in terms for name in counterparts(wanted, term))]


def suggestions(query: str, language: str) -> list[str]:
    """Words of the glossary and titles of topics that look like the query, at most five."""
    known = [name for term in Term.objects.all() for name in names_of(term.word_ja if language == "ja" else term.word_en)]
    known += SearchEntry.objects.filter(language=language, kind="category").values_list("title", flat=True)
    by_form = {normalise(word): word for word in known}
    return [by_form[form] for form in difflib.get_close_matches(normalise(query[:LONGEST]), by_form, n=5, cutoff=0.5)]
