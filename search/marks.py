"""The words that were found, marked in the title and in a passage of the text."""

import re
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.words import LATIN, WORD, tokens

BEFORE = 40
LENGTH = 160


def marked(entry, variants: list[list[str]]) -> dict[str, SafeString]:
    """Title and passage of an entry with ``<mark>`` round what matched."""
    wanted = frozenset(word for words in variants for word in words)
    spans = spans_of(entry.text, wanted)
    start = max(0, spans[0][0] - BEFORE) if spans else 0
    passage = entry.text[start : start + LENGTH]
    cut = ("…" if start else ""), ("…" if start + LENGTH < len(entry.text) else "")
    return {"title": highlight(entry.title, wanted), "passage": mark_safe(cut[0] + highlight(passage, wanted) + cut[1])}


@lru_cache(maxsize=20_000)
def form_of(word: str) -> str:
    """The form in which the index keeps one word or one character."""
    return next(iter(tokens(word)), " ")


def spans_of(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Start and end in the text as written, of English words with a wanted stem and of wanted Japanese runs."""
    latin = tuple(word for word in wanted if LATIN.match(word))
    spans = [match.span() for match in WORD.finditer(text) if form_of(match[0]).startswith(latin)] if latin else []
    for word in wanted.difference(latin):
        spans += [match.span() for match in re.finditer(re.escape(word), folded(text))]
    return sorted(spans)


@lru_cache(maxsize=500)
def folded(text: str) -> str:
    """The text with each character in the form of the index, so that places in one are places in the other."""
    return "".join([form_of(character)[0] for character in text])


def highlight(text: str, wanted: frozenset[str]) -> SafeString:
    parts, done = [], 0
    for start, end in spans_of(text, wanted):
        if start >= done:
            parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
            done = end
    return mark_safe("".join([*parts, escape(text[done:])]))
