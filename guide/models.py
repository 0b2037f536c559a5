from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.models import Content, complete_when_published
from core.models import Section as BaseSection
from core.richtext import RichTextField


class Article(Content):
    """A guide article about working life in Tokyo."""

    TOPICS = [("conditions", _("Labour conditions")), ("manners", _("Business manners")), ("agencies", _("Agencies and rules"))]

    required_translations = ("title", "lead")
    searched = ("title", "lead")
    on_cards = ("slug", "order", "topic", "title", "lead", "updated_at")
    needs_source = True

    order = models.PositiveSmallIntegerField(_("order"), default=0)
    topic = models.CharField(_("topic"), max_length=12, choices=TOPICS)
    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"))
    is_advice = models.BooleanField(_("advice of the desk"), default=False)

    class Meta(Content.Meta):
        verbose_name = _("guide article")
        verbose_name_plural = _("guide articles")
        ordering = ["order"]
        constraints = [complete_when_published("title", "lead")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("guide:detail", args=[slug])

    def rows_to_search(self):
        return list(self.sections.all())

    def schema_org(self) -> dict:
        return {
            "@type": "Article",
            "headline": self.title,
            "description": self.lead,
            "datePublished": self.published_at.isoformat(),
            "dateModified": self.updated_at.isoformat(),
            "inLanguage": get_language(),
            "publisher": {"@type": "GovernmentOrganization", "name": "Tokyo Metropolitan Government"},
        }


class Section(BaseSection):
    """One part of an article."""

    parent_field = "article"

    article = models.ForeignKey(Article, models.CASCADE, related_name="sections", verbose_name=_("guide article"))
    body = RichTextField(_("text"))

    class Meta(BaseSection.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")
