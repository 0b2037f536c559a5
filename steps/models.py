from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import taxonomy
from core.models import STATE_FIELDS, Content, complete_when_published, missing_translations
from core.richtext import RichTextField
from core.taxonomy import CodesField, labelled


class Step(Content):
    """One of the five stations on the road to Tokyo."""

    required_translations = ("title", "summary", "duration", "cost", "what", "documents", "mistakes")
    on_cards = ("slug", "number", "title", "summary", "updated_at")
    searched = ("title", "summary", "what", "documents", "mistakes")
    needs_source = True
    state_fields = (*STATE_FIELDS, "number")

    number = models.PositiveSmallIntegerField(_("number"), db_index=True)
    title = models.CharField(_("title"), max_length=80)
    summary = models.CharField(_("in one sentence"), max_length=200)
    duration = models.CharField(_("how long"), max_length=160)
    cost = models.CharField(_("what it costs"), max_length=200)
    who = CodesField(_("who does it"), max_length=60, choices=taxonomy.WHO)
    what = RichTextField(_("what happens"))
    documents = RichTextField(_("documents"))
    mistakes = RichTextField(_("common mistakes"))

    class Meta(Content.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["number"]
        constraints = [complete_when_published("title", "summary", "duration", "cost", "what", "documents", "mistakes")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("steps:detail", args=[slug])

    def rows_to_search(self):
        return list(self.tasks.all())

    @property
    def who_labels(self) -> list:
        return labelled(self, "who")


class Task(models.Model):
    """A line of a step's checklist; its code stands in addresses (``?done=2a``) and never changes."""

    required_translations = ("title",)

    step = models.ForeignKey(Step, models.CASCADE, related_name="tasks", verbose_name=_("step"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    code = models.CharField(_("code"), max_length=4, unique=True, help_text=_("Number of the step and a letter, for example 2a"))
    title = models.CharField(_("task"), max_length=160)
    note = models.CharField(_("note"), max_length=240, blank=True)
    who = models.CharField(_("who does it"), max_length=10, choices=taxonomy.WHO, default="you")

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["step__number", "order", "code"]

    def __str__(self):
        return f"{self.code} {self.title}"

    def clean(self):
        super().clean()
        if self.step_id is not None and self.step.published_at:
            errors = missing_translations(self, self.required_translations)
            if errors:
                raise ValidationError(errors)
