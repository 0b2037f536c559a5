"""Ways from page to page: content named by ``kind/slug`` words, resolved without loading the rows."""

from dataclasses import dataclass
from functools import cache, lru_cache, reduce

from django.apps import apps
from django.conf import settings
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import models
from django.http import Http404
from django.utils.translation import get_language


@dataclass(frozen=True)
class Link:
    """A way to a content page, without the row."""

    kind: str
    slug: str
    name_ja: str
    name_en: str
    parent: str

    @property
    def reference(self) -> str:
        return f"{self.kind}/{self.slug}"

    @property
    def heading(self) -> str:
        return getattr(self, f"name_{get_language()}")

    @property
    def url(self) -> str:
        return path_of(self.kind, self.slug, self.parent, get_language())

    @property
    def kind_label(self) -> str:
        return models_by_kind()[self.kind]._meta.verbose_name


@cache
def content_models() -> list[type[models.Model]]:
    """Every concrete subclass of Content, in the order of INSTALLED_APPS."""
    return [model for model in apps.get_models() if getattr(model, "is_content", False) and not model._meta.proxy]


@lru_cache(maxsize=20_000)
def path_of(kind: str, slug: str, parent: str, language: str) -> str:
    """The path of a page in the active language, which is named only as part of the key."""
    return models_by_kind()[kind].page_at(slug, parent)


def absolute(path: str) -> str:
    """A path with the site's own origin before it; absolute addresses stay as they are."""
    return path if "://" in path else f"{settings.SITE_ORIGIN}{path}"


@cache
def models_by_kind() -> dict[str, type[models.Model]]:
    """The content models by the kind that references name them with."""
    return {model._meta.model_name: model for model in content_models()}


def grouped(references: str) -> dict[str, list[str]]:
    """Slugs by kind, for words ``kind/slug`` whose kind exists."""
    kinds: dict[str, list[str]] = {}
    for reference in references.split():
        kind, _slash, slug = reference.partition("/")
        if kind in models_by_kind():
            kinds.setdefault(kind, []).append(slug)
    return kinds


def links_to(references: str) -> dict[str, Link]:
    """The live content among the references, by reference; one query however many kinds."""
    parts = [
        models_by_kind()[kind].objects.published().filter(slug__in=set(slugs)).as_links() for kind, slugs in grouped(references).items()
    ]
    rows = parts[0].union(*parts[1:], all=True) if parts else []
    return {link.reference: link for link in (Link(*row) for row in rows)}


def pager_of(every: list, slug: str) -> dict:
    """``previous`` and ``next`` round the item with the slug, and its ``number`` from 1; items are rows or Links."""
    place = next((i for i, item in enumerate(every) if item.slug == slug), 0)
    before, after = every[:place][-1:], every[place + 1 :][:1]
    return {"previous": before[0] if before else None, "number": place + 1, "next": after[0] if after else None}


def _beside(row, fields: list[str], side: str) -> models.Q:
    """The condition that another row stands before (``lt``) or after (``gt``) this one in the order of the fields."""
    values = {name: reduce(getattr, name.split("__"), row) for name in fields}
    either = models.Q(pk__in=[])
    for place, name in enumerate(fields):
        either |= models.Q(**{each: values[each] for each in fields[:place]}, **{f"{name}__{side}": values[name]})
    return either & models.Q(**{f"{fields[0]}__{side}e": values[fields[0]]})


def pager_round(row) -> dict:
    """``previous`` and ``next`` (Link or None) round a row in the (ascending) order of its model, and its ``number`` from 1; one query."""
    fields = list(dict.fromkeys([*row._meta.ordering, "pk"]))
    live = type(row).objects.published()
    before, after = live.filter(_beside(row, fields, "lt")), live.filter(_beside(row, fields, "gt"))
    count = models.Func(models.F("pk"), function="COUNT", output_field=models.IntegerField())
    place = before.order_by().annotate(number=count).values("number")
    sides = [before.order_by(*(f"-{name}" for name in fields)), after.order_by(*fields)]
    either = [models.Q(pk=models.Subquery(side.values("pk")[:1])) for side in sides]
    found = type(row).objects.filter(either[0] | either[1]).as_links().annotate(place=models.Subquery(place)).order_by(*fields)
    links, number = [Link(*columns[:-1]) for columns in found], next((columns[-1] for columns in found), 0) or 0
    return {"previous": links[0] if number else None, "number": number + 1, "next": links[-1] if links[bool(number) :] else None}


def content_of(kind: str, slugs: list[str]) -> list[models.Model]:
    """The live rows of a kind with these slugs, ready for cards; asks nothing when there are none."""
    return list(models_by_kind()[kind].objects.published().for_cards().filter(slug__in=slugs)) if slugs else []


def chosen_links(references: str, links: dict[str, Link]) -> list[Link]:
    return [links[reference] for reference in references.split() if reference in links]


def attach_links(items) -> list:
    """Give each of the items its ``related`` links with one query for all."""
    items = list(items)
    links = links_to(" ".join(item.see_also for item in items))
    for item in items:
        item.related = chosen_links(item.see_also, links)
    return items


def existing_references(references: str) -> set[str]:
    """Those of the references that name a row, live or not."""
    return {
        f"{kind}/{slug}"
        for kind, slugs in grouped(references).items()
        for slug in models_by_kind()[kind].objects.filter(slug__in=slugs).values_list("slug", flat=True)
    }


def page_of(items, number: str, size: int, count: int | None = None) -> Page:
    """One page of a list (of so many items, if that is known); raises Http404 for a number that is none or out of range."""
    paginator = Paginator(items, size)
    if count is not None:
        paginator.count = count
    try:
        return paginator.page(number)
    except InvalidPage as error:
        raise Http404(number) from error


def with_page(query: str, page: Page) -> str:
    """The query of this page of a list: that of its filters, and the number from the second page on."""
    return "&".join(filter(None, [query, f"page={page.number}" if page.number > 1 else ""]))
