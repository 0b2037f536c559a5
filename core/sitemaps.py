from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from core.links import content_models
from core.models import Content


class OwnOrigin:
    """Absolute addresses from SITE_ORIGIN, whatever host was asked."""

    i18n = True
    alternates = True
    x_default = True
    protocol = settings.SITE_ORIGIN.split("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_ORIGIN.split("://")[1]


class ContentSitemap(OwnOrigin, Sitemap):
    """The live rows of one content model, in both languages, with the moment of their last change."""

    def __init__(self, model: type[Content]):
        self.model = model

    def items(self):
        return [row for row in self.model.objects.published().for_cards().order_by("pk") if "#" not in row.get_absolute_url()]

    def lastmod(self, item):
        return item.updated_at


class ViewSitemap(OwnOrigin, Sitemap):
    """Pages that are views of their own, by URL name."""

    def __init__(self, names: list[str]):
        self.names = names

    def items(self):
        return self.names

    def location(self, item):
        return reverse(item)


def sitemaps(names: list[str]) -> dict:
    """Every kind of content that has pages, and the named views."""
    kinds = {model._meta.model_name: ContentSitemap(model) for model in content_models() if model.in_sitemap}
    return {"pages": ViewSitemap(names), **kinds}
