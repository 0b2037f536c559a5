from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Content, complete_when_published
from core.models import Section as BaseSection
from core.richtext import RichTextField
from pages.accessibility import AccessibilityTest, Finding  # noqa: F401  (models live beside what uses them)
from pages.csp_reports import CspReport  # noqa: F401


class Page(Content):
    """An information page: about, privacy, accessibility, security, terms; and the words of the desk's page."""

    required_translations = ("title", "lead")
    searched = ("title", "lead")

    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"))

    class Meta(Content.Meta):
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")
        ordering = ["slug"]
        constraints = [complete_when_published("title", "lead")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("desk:home" if slug == "desk" else f"pages:{slug}")

    def rows_to_search(self):
        return list(self.sections.all())


class Section(BaseSection):
    """One part of an information page."""

    parent_field = "page"

    page = models.ForeignKey(Page, models.CASCADE, related_name="sections", verbose_name=_("information page"))
    body = RichTextField(_("text"))

    class Meta(BaseSection.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class Notice(Content):
    """A short message on top of the home page, for as long as it is scheduled."""

    required_translations = ("title",)
    in_sitemap = False

    title = models.CharField(_("notice"), max_length=200)

    class Meta(Content.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-published_at"]
        constraints = [complete_when_published("title")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("pages:home")
