"""Filters in the address: each value with the count it would give under the other filters."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter

from django.http import Http404, QueryDict
from django_countries import countries


def one(value) -> tuple:
    """The code of a column that holds one."""
    return (value,)


def several(value: str) -> list[str]:
    """The codes of a column that holds several, between commas."""
    return [code for code in value.split(",") if code]


def yes(value) -> tuple:
    """The code of a switch."""
    return ("1",) if value else ()


@lru_cache(maxsize=8)
def countries_in(language: str) -> list[tuple[str, str]]:
    """Code and name of every country and region, by its name in the active language, which is named only as part of the key."""
    return sorted(countries, key=itemgetter(1))


@dataclass(frozen=True)
class Facet:
    """One filter: its parameter, its words, its values in order, the column that it reads, and the codes that a value there holds."""

    param: str
    label: str
    choices: list[tuple[str, str]]
    column: object
    codes: Callable = one
    is_switch: bool = False


@dataclass
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool

    @property
    def is_empty(self) -> bool:
        return not self.count and not self.is_chosen


@dataclass
class Field:
    facet: Facet
    options: list[Option]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


def light_rows(queryset, facets: list[Facet]) -> list[tuple]:
    """What the filters need of every row: its key and the column of each filter."""
    return list(queryset.rewrite(False).values_list("pk", *(facet.column for facet in facets)))


def whole_rows(queryset, keys: list) -> list:
    """The rows with these keys, in the order of the keys."""
    rows = queryset.order_by().in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


@dataclass
class Facets:
    """Light rows narrowed by the query; raises Http404 for a value that no list knows."""

    facets: list[Facet]
    rows: list[tuple]
    query: QueryDict
    chosen: dict[str, str] = field(init=False)

    def __post_init__(self):
        self.chosen = {}
        for facet in self.facets:
            value = self.query.get(facet.param, "")
            if value and value not in dict(facet.choices):
                raise Http404(facet.param)
            if value:
                self.chosen[facet.param] = value

    @cached_property
    def held(self) -> dict[str, dict]:
        """By parameter: each value of the column with the codes it holds."""
        return {
            facet.param: {value: facet.codes(value) for value in set(map(itemgetter(place), self.rows))}
            for place, facet in enumerate(self.facets, 1)
        }

    def _matching(self, besides: str = "") -> list[tuple]:
        rows = self.rows
        for place, facet in enumerate(self.facets, 1):
            if facet.param in self.chosen and facet.param != besides:
                wanted = {value for value, codes in self.held[facet.param].items() if self.chosen[facet.param] in codes}
                rows = [row for row in rows if row[place] in wanted]
        return rows

    @cached_property
    def matching(self) -> list[tuple]:
        return self._matching()

    @cached_property
    def results(self) -> list:
        """The keys of the rows that have every chosen value."""
        return [row[0] for row in self.matching]

    def fields(self) -> list[Field]:
        return [Field(facet, self._options(place, facet)) for place, facet in enumerate(self.facets, 1)]

    def _options(self, place: int, facet: Facet) -> list[Option]:
        rows = self._matching(besides=facet.param) if facet.param in self.chosen else self.matching
        held, counts = self.held[facet.param], Counter()
        for value, number in Counter(map(itemgetter(place), rows)).items():
            counts.update(dict.fromkeys(held[value], number))
        present, chosen = {code for codes in held.values() for code in codes}, self.chosen.get(facet.param)
        return [
            Option(value, label, counts[value], chosen == value) for value, label in facet.choices if value in present or chosen == value
        ]

    def chips(self) -> list[dict]:
        """The filters in force, each with the query that takes it away."""
        return [
            {"label": facet.label, "value": dict(facet.choices)[self.chosen[facet.param]], "without": self._query(facet.param)}
            for facet in self.facets
            if facet.param in self.chosen
        ]

    def _query(self, without: str = "") -> str:
        query = QueryDict(mutable=True)
        query.update({param: value for param, value in self.chosen.items() if param != without})
        return query.urlencode()

    @property
    def kept_query(self) -> str:
        return self._query()
