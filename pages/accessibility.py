"""The yearly test of accessibility, with the items that WAIC asks to be published (JIS X 8341-3:2016, annex JB.3)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Content, complete_when_published
from core.richtext import RichTextField
from pages.criteria import CRITERIA

DEGREES = [("full", _("conforms")), ("partly", _("conforms in part")), ("heeds", _("takes the standard into account"))]
"""準拠, 一部準拠, 配慮: the three ways to state conformance in WAIC's guideline."""

MET, FAILED, NOTHING, UNTESTED = "met", "failed", "none", "untested"
OPEN = (FAILED, UNTESTED)
"""While one of these stands at a criterion of JIS, nobody may say that the site conforms."""

RESULTS = [(MET, _("Met")), (FAILED, _("Not met")), (NOTHING, _("Not applicable")), (UNTESTED, _("Not yet tested"))]


class AccessibilityTest(Content):
    """What one year's test found; days are Tokyo days."""

    required_translations = ("title", "lead", "scope", "support")
    searched = ("title", "lead", "scope", "support")

    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"))
    declared_on = models.DateField(_("declared on"))
    tested_from = models.DateField(_("tested from"))
    tested_until = models.DateField(_("tested until"))
    level = models.CharField(_("level aimed at"), max_length=3, choices=[("A", "A"), ("AA", "AA"), ("AAA", "AAA")], default="AA")
    degree = models.CharField(_("degree of conformance"), max_length=6, choices=DEGREES)
    scope = RichTextField(_("pages, and how they were chosen"))
    technologies = models.CharField(_("technologies relied on"), max_length=200)
    support = RichTextField(_("browsers and assistive technology"))

    class Meta(Content.Meta):
        verbose_name = _("accessibility test")
        verbose_name_plural = _("accessibility tests")
        ordering = ["-declared_on"]
        constraints = [
            complete_when_published("title", "lead", "scope", "support"),
            models.CheckConstraint(condition=models.Q(tested_from__lte=models.F("tested_until")), name="tested_from_before_until"),
        ]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("pages:accessibility_test", args=[slug])

    def clean(self):
        super().clean()
        if self.degree == "full" and (not self.pk or any(row.result in OPEN for row in self.rows() if row.criterion.in_jis)):
            raise ValidationError(
                {"degree": _("“Conforms” needs every criterion of JIS X 8341-3:2016 met or without use. Save the findings first.")}
            )

    def rows(self) -> list["Finding"]:
        """One finding for each criterion, in the order of the standards; what nobody entered counts as not tested."""
        found = {finding.number: finding for finding in self.findings.all()}
        return [found.get(number) or Finding(number=number, result=UNTESTED) for number in CRITERIA]


class Finding(models.Model):
    """What the test found of one success criterion."""

    required_translations = ()

    test = models.ForeignKey(AccessibilityTest, models.CASCADE, related_name="findings", verbose_name=_("accessibility test"))
    number = models.CharField(
        _("criterion"), max_length=6, choices=[(each.number, f"{each.number} {each.ja}") for each in CRITERIA.values()]
    )
    result = models.CharField(_("result"), max_length=8, choices=RESULTS, default=UNTESTED)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["test", "number"], name="one_finding_per_criterion")]

    def __str__(self):
        return self.number

    def clean(self):
        super().clean()
        if self.result in OPEN and self.test.degree == "full" and self.number in CRITERIA and self.criterion.in_jis:
            raise ValidationError({"result": _("The page says “conforms”. Change the degree first, or choose “Met” or “Not applicable”.")})

    @property
    def criterion(self):
        return CRITERIA[self.number]
