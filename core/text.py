"""Words on the page: Japanese phrase breaks, readings (furigana), marks for the other language, search forms."""

import re
import unicodedata
from functools import lru_cache

import budoux
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

READING = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
JAPANESE = re.compile(
    r"[\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]+(?:[\u3000-\u303f\u30fb\u30fc・ー]*[\u3005\u3007\u3040-\u30ff\u3400-\u9fff])*"
)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
RT = re.compile(r"<rt>[^<]*</rt>")
TAG = re.compile(r"(<[^>]*>)")


@lru_cache(maxsize=1)
def _parser():
    return budoux.load_default_japanese_parser()


@lru_cache(maxsize=4096)
def phrases(text: str) -> SafeString:
    """Escaped Japanese text with ``<wbr>`` between phrases; other text comes back escaped only."""
    if not JAPANESE.search(text):
        return mark_safe(escape(text))
    return mark_safe("<wbr>".join(escape(phrase) for phrase in _parser().parse(text)))


def ruby(html: str) -> str:
    """``{word|reading}`` in already safe HTML as a ``<ruby>`` element."""
    return READING.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", html)


def without_readings(text: str) -> str:
    """Text for titles, alt, descriptions and search: the word without its reading."""
    return READING.sub(r"\1", text)


def mark_japanese(html: str) -> str:
    """Runs of Japanese script in already safe HTML wrapped in ``<span lang="ja">``; tags stay untouched."""
    parts = TAG.split(html)
    return "".join(part if part.startswith("<") else JAPANESE.sub(lambda m: f'<span lang="ja">{m[0]}</span>', part) for part in parts)


def scoped(row: re.Match) -> str:
    """A row of a table whose headings say what they are for: first in the row, the row; else the columns."""
    scope = "row" if row[0].startswith("<tr><th") and "<td" in row[0] else "col"
    return re.sub(r"<th(?=[ >])", f'<th scope="{scope}"', row[0])


@lru_cache(maxsize=4096)
def shown(html: str, language: str) -> SafeString:
    """Safe HTML as a page of the language shows it: readings as ruby; outside Japanese, Japanese words marked."""
    html = ROW.sub(scoped, ruby(html))
    return mark_safe(html if language == "ja" else mark_japanese(html))


def plain(html: str) -> str:
    """One line of text from stored rich text."""
    return " ".join(strip_tags(without_readings(RT.sub("", html or "")).replace("><", "> <")).split())


def normalise(text: str) -> str:
    """The form in which words are compared: NFKC, lower case, katakana as hiragana, no accents on Latin letters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in parts if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare.replace("đ", "d").replace("ı", "i"))
