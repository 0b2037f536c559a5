"""Words in the form in which the index and a query meet."""

import re
from functools import lru_cache

import snowballstemmer

from core.text import normalise

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
LATIN = re.compile(r"[a-z]")


@lru_cache(maxsize=1)
def _stemmer():
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English stem of a normalised word; other words unchanged."""
    return _stemmer().stemWord(word.replace("’", "'").removesuffix("'s")) if LATIN.match(word) else word


def tokens(text: str) -> list[str]:
    """Normalised words of a text, English ones as stems; Japanese runs stay whole."""
    return [stem(word) for word in WORD.findall(normalise(text))]


def indexed(text: str) -> str:
    """The text as the index keeps it: its tokens, each once, between blanks, so that a stem matches at its start."""
    return f" {' '.join(dict.fromkeys(tokens(text)))} "
