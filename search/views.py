from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from core.links import models_by_kind, page_of
from search.find import LONGEST, grouped, search_words, suggestions, variants_of
from search.marks import marked

PER_PAGE = 20


@require_safe
def results(request):
    """What the query finds, 20 a page, grouped by kind; nothing asked shows the field alone."""
    asked = request.GET.get("q", "").strip()
    query = asked[:LONGEST]
    language = get_language()
    variants = variants_of(query) if query else []
    page = page_of(search_words(variants, language), request.GET.get("page", "1"), PER_PAGE)
    total = page.paginator.count
    context = {
        "query": query,
        "was_cut": len(asked) > LONGEST,
        "kept_query": urlencode({"q": query}) if query else "",
        "page": page,
        "groups": groups_of(page, variants),
        "total": total,
        "hints": suggestions(query, language) if query and not total else [],
    }
    return render(request, "search/results.html", context)


def groups_of(page, variants) -> list:
    groups = grouped(page)
    for group in groups:
        group.label = capfirst(models_by_kind()[group.kind]._meta.verbose_name_plural)
        for entry in group.entries:
            entry.marked = marked(entry, variants)
    return groups
