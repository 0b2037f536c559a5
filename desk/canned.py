"""Canned replies: one record in both languages, tied to the public answer that says the same."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.links import absolute, existing_references, grouped, models_by_kind

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("name", "number", "answer", "mail")
"""The visitor's name, the receipt number, the address of the public answer, the desk's mail address."""


class CannedReply(models.Model):
    """Words that the desk often needs; put into an answer in the language of the case."""

    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("words"), help_text=_("May hold {name}, {number}, {answer} (address of the public answer) and {mail}."))
    answer = models.CharField(
        _("public answer"), max_length=120, blank=True, db_index=True,
        help_text=_("The public answer that says the same, for example: question/agency-fee"),
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    required_translations = ("title", "body")

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.title or ""

    def clean(self):
        super().clean()
        errors = {f"{name}_{code}": _("Needed in both languages.") for name in self.required_translations for code in ("ja", "en")
                  if not getattr(self, f"{name}_{code}")}  # fmt: skip
        errors |= {f"body_{code}": words for code in ("ja", "en") if (words := self._placeholder_fault(code))}
        if self.answer and (not self.answer.startswith("question/") or not existing_references(self.answer)):
            errors["answer"] = _("Nothing has this address: %(refs)s") % {"refs": self.answer}
        if errors:
            raise ValidationError(errors)

    def _placeholder_fault(self, code: str):
        used = set(PLACEHOLDER.findall(getattr(self, f"body_{code}") or ""))
        unknown = used - set(PLACEHOLDERS)
        if unknown:
            return _("There is no placeholder {%(name)s}.") % {"name": sorted(unknown)[0]}
        if "answer" in used and not self.answer:
            return _("{answer} needs a public answer to lead to.")
        if used != set(PLACEHOLDER.findall(getattr(self, f"body_{'en' if code == 'ja' else 'ja'}") or "")):
            return _("The Japanese and the English words must use the same placeholders.")
        return None

    def words_for(self, case) -> str:
        """The words in the language of a case, with its name, number and addresses."""
        values = {"name": case.called, "number": case.number, "answer": self.answer_url(case.language), "mail": settings.DESK_MAIL}
        words = getattr(self, f"body_{case.language}") or ""
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words)

    def answer_row(self):
        """The public answer behind this reply, or None."""
        for kind, slugs in grouped(self.answer).items():
            return models_by_kind()[kind].objects.filter(slug__in=slugs).first()
        return None

    def answer_url(self, language: str) -> str:
        row = self.answer_row()
        with override(language):
            return absolute(row.get_absolute_url()) if row else ""
