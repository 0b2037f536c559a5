"""Public answers that fit a question in free words, shown to whoever is about to ask the desk."""

import re
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone

from core.text import normalise
from search.find import holds, needle
from search.models import SearchEntry
from search.words import LATIN, tokens

READ = 2_000
"""Characters of the question that are looked at."""

MOST_WORDS, MOST_ENTRIES = 24, 400
JAPANESE_WORD = re.compile(r"[\u3005\u4e00-\u9fff]{2,}|[\u30a1-\u30ff]{2,}")
IN_TITLE = 3
"""A word in the title of an answer weighs as much as three in its text."""

ENOUGH = 3
COMMON = frozenset(
    re.findall(
        r"\w+",
        """about after also and any are ask because but can company could did does for from get good have hello help her him his how into its
        japan job just know like may more much must need not now one our out please question tell thank that the their them there they this
        tokyo want was were what when where which who why will with work would yes you your 会社 仕事 東京 日本 質問 場合 必要 可能 お願 教""",
    )
)


def words_in(text: str) -> list[str]:
    """The words of a question that say what it is about: English stems, runs of kanji or katakana; the longest first."""
    text = text[:READ]
    latin = [word for word in tokens(text) if LATIN.match(word) and len(word) > 2 and word not in stems_of_common()]
    japanese = [normalise(run) for run in JAPANESE_WORD.findall(text) if run not in COMMON]
    return sorted(dict.fromkeys(latin + japanese), key=len, reverse=True)[:MOST_WORDS]


@lru_cache(maxsize=1)
def stems_of_common() -> frozenset[str]:
    return frozenset(stem for word in COMMON for stem in tokens(word))


def answers_for(text: str, language: str, most: int = 3) -> list[SearchEntry]:
    """At most so many live answers that share enough words with a question; the best first."""
    words = words_in(text)
    either = Q(pk__in=[])
    for word in words:
        either |= holds(needle(word))
    now = timezone.now()
    live = SearchEntry.objects.filter(kind="question", language=language, published_at__lte=now)
    found = live.filter(Q(live_until=None) | Q(live_until__gt=now)).filter(either)[:MOST_ENTRIES] if words else []
    scored = sorted(((score(entry, words), entry) for entry in found), key=lambda pair: (-pair[0], pair[1].pk))
    return [entry for points, entry in scored if points >= ENOUGH][:most]


def score(entry: SearchEntry, words: list[str]) -> int:
    title = f" {' '.join(tokens(entry.title))} "
    return sum(IN_TITLE if needle(word) in title else needle(word) in entry.words for word in words)
