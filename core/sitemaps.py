"""The sitemap for machines: an index of parts, each of them one query and at most so many addresses."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, x_robots_tag
from django.core.paginator import InvalidPage
from django.db.models import Max
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.links import absolute, content_models
from core.models import Content

LANGUAGES = [code for code, _name in settings.LANGUAGES]
MOST = 2_000
"""Addresses in one part; each names its translations, too."""


class OwnOrigin:
    """Absolute addresses from SITE_ORIGIN, whatever host was asked."""

    i18n = True
    alternates = True
    x_default = True
    protocol = settings.SITE_ORIGIN.split("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_ORIGIN.split("://")[1]


class InEachLanguage:
    """Rows of a queryset, each as often as there are languages; only the rows of a slice are loaded."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return self.rows.count() * len(LANGUAGES)

    def __getitem__(self, part: slice):
        rows = self.rows[part.start // len(LANGUAGES) : part.stop // len(LANGUAGES)]
        return [(row, language) for row in rows for language in LANGUAGES]


class ContentSitemap(OwnOrigin, Sitemap):
    """The live rows of one content model, in both languages, with the moment of their last change."""

    limit = MOST

    def __init__(self, model: type[Content]):
        self.model = model

    def _items(self):
        return InEachLanguage(self.model.objects.published().for_cards().order_by("pk"))

    def lastmod(self, item):
        return item.updated_at

    def get_latest_lastmod(self):
        return self.model.objects.published().aggregate(latest=Max("updated_at"))["latest"]


class ViewSitemap(OwnOrigin, Sitemap):
    """Pages that are views of their own, by URL name."""

    def __init__(self, names: list[str]):
        self.names = names

    def items(self):
        return self.names

    def location(self, item):
        return reverse(item)


def sitemaps(names: list[str]) -> dict[str, Sitemap]:
    """The named views, and every kind of content that has pages of its own."""
    kinds = [model for model in content_models() if model.in_sitemap]
    return {"pages": ViewSitemap(names), **{model._meta.model_name: ContentSitemap(model) for model in kinds}}


@require_safe
@x_robots_tag
def index(request, names: list[str]):
    """The parts of every kind, with the moment of the last change of the kind."""
    parts = []
    for section, sitemap in sitemaps(names).items():
        latest = sitemap.get_latest_lastmod()
        places = (reverse("sitemap-part", args=[section, number]) for number in sitemap.paginator.page_range)
        parts += [SitemapIndexItem(location=absolute(place), last_mod=latest) for place in places]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml")


@require_safe
@x_robots_tag
def part(request, names: list[str], section: str, number: int):
    """One part; raises Http404 when there is none of that name and number."""
    try:
        urls = sitemaps(names)[section].get_urls(page=number)
    except (KeyError, InvalidPage) as error:
        raise Http404(request.path) from error
    return TemplateResponse(request, "sitemap.xml", {"urlset": urls}, content_type="application/xml")
