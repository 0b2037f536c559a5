"""Filters in the address: each value with the count it would give under the other filters."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.http import Http404, QueryDict


@dataclass(frozen=True)
class Facet:
    """One filter: its parameter, its words, its values in order, and which of them an item has."""

    param: str
    label: str
    choices: list[tuple[str, str]]
    of: Callable
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


@dataclass
class Facets:
    """Items narrowed by the query; raises Http404 for a value that no list knows."""

    facets: list[Facet]
    items: list
    query: QueryDict
    chosen: dict[str, str] = field(init=False)
    held: list[tuple[object, dict[str, set]]] = field(init=False)

    def __post_init__(self):
        self.held = [(item, {facet.param: set(facet.of(item)) for facet in self.facets}) for item in self.items]
        self.chosen = {}
        for facet in self.facets:
            value = self.query.get(facet.param, "")
            if value and value not in dict(facet.choices):
                raise Http404(facet.param)
            if value:
                self.chosen[facet.param] = value

    def _matching(self, besides: str = "") -> list[tuple]:
        wanted = [(param, value) for param, value in self.chosen.items() if param != besides]
        return [(item, held) for item, held in self.held if all(value in held[param] for param, value in wanted)]

    @cached_property
    def results(self) -> list:
        return [item for item, _held in self._matching()]

    def fields(self) -> list[Field]:
        return [Field(facet, self._options(facet)) for facet in self.facets]

    def _options(self, facet: Facet) -> list[Option]:
        counts = Counter(value for _item, held in self._matching(besides=facet.param) for value in held[facet.param])
        present = {value for _item, held in self.held for value in held[facet.param]}
        chosen = self.chosen.get(facet.param)
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
