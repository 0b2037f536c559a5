"""The staff's forms of content: every text says its state, every error finds its place, nobody overwrites a colleague."""

from datetime import datetime

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from core.translation_state import OTHER, STATES, difference, remember, state_of, texts_of

LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


class TextsForm(forms.ModelForm):
    """A form of a row with texts in both languages."""

    notes: dict = {}
    """The outdated texts of the page, as ``notes_on_page`` gives them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.SplitDateTimeWidget):
                name_parts(field)
        for name in texts_of(self._meta.model):
            for language in LANGUAGE_NAMES:
                if f"{name}_{language}" in self.fields:
                    self._dress(name, language)

    def _dress(self, name: str, language: str) -> None:
        """Its name with the language, the language for screen readers, and below it the state and what changed in the source."""
        field = self.fields[f"{name}_{language}"]
        verbose = self._meta.model._meta.get_field(name).verbose_name
        field.label = _("%(field)s (%(language)s)") % {"field": verbose, "language": LANGUAGE_NAMES[language]}
        field.required = False
        field.widget.attrs["lang"] = language
        if self.instance.pk:
            field.help_text = format_html("{}{}", field.help_text or "", self._state(name, language))

    def _state(self, name: str, language: str) -> SafeString:
        state = state_of(self.instance, name, language, self.notes)
        badge = format_html('<span class="state state--{}">{}</span>', state, STATES[state]) if state else SafeString()
        return badge + self._what_changed(name, language) if state == "outdated" else badge

    def _what_changed(self, name: str, language: str) -> SafeString:
        """The change in the source since this was written, and a tick for "the translation still holds"."""
        note = self.notes[self.instance._meta.label_lower, self.instance.pk, f"{name}_{language}"]
        source = getattr(self.instance, f"{name}_{OTHER[language]}")
        return format_html(
            '<details class="source-change"><summary>{}</summary><p lang="{}">{}</p></details>'
            '<label class="still-holds"><input type="checkbox" name="still_holds" value="{}"> {}</label>',
            _("What changed in the source"), OTHER[language], difference(note.basis, source),
            note.pk, _("This translation still holds"),
        )  # fmt: skip

    def _update_errors(self, errors):
        """Errors of fields that are not in the form, or that the user may not edit, stand on top of it."""
        if hasattr(errors, "error_dict"):
            found = {}
            for name, list_of_errors in errors.error_dict.items():
                shown = name == NON_FIELD_ERRORS or (name in self.fields and not self.fields[name].disabled)
                for error in list_of_errors:
                    found.setdefault(name if shown else NON_FIELD_ERRORS, []).append(error if shown else self._named(name, error))
            errors = ValidationError(found)
        super()._update_errors(errors)

    def _named(self, name: str, error: ValidationError) -> ValidationError:
        label = self._meta.model._meta.get_field(name).verbose_name
        return ValidationError(_("%(field)s: %(error)s") % {"field": label, "error": " ".join(error.messages)})

    def remember_translations(self, page) -> None:
        """After saving: which translations are outdated now."""
        remember(page, self.instance, self.initial)


def name_parts(field: forms.Field) -> None:
    """Say to screen readers which input takes the day and which the time."""
    for widget, words in zip(field.widget.widgets, (_("%(field)s: day"), _("%(field)s: time")), strict=True):
        widget.attrs["aria-label"] = words % {"field": field.label}


class ContentForm(TextsForm):
    """The form of a content page."""

    conflict = None
    """Called with the version that the editor saw; says in words what a colleague saved since, or gives an empty text."""

    def clean(self):
        cleaned = super().clean()
        since = self.conflict and self.conflict(self.data.get("seen_version"))
        if since:
            self.add_error(None, since)
        try:
            moment_of(self.data)
        except ValueError:
            self.add_error(None, _("The wished day or time of the change cannot be read. Write it like 2026-12-31 and 09:00."))
        return cleaned


def moment_of(data):
    """The moment typed beside "keep as proposal" (Tokyo time), or None. Raises ValueError for what is no day or time."""
    day, time = data.get("apply_at_0", "").strip(), data.get("apply_at_1", "").strip()
    if not day and not time:
        return None
    return make_aware(datetime.strptime(f"{day} {time[:5] or '00:00'}", "%Y-%m-%d %H:%M"))


class PartFormSet(BaseInlineFormSet):
    """Rows of a page; each row sees its page as it is about to be saved, so that publishing checks the rows, too."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        setattr(form.instance, self.fk.name, self.instance)
        return form


class TableFormSet(PartFormSet):
    """Rows laid out as a table: each field bears the name of its column, which the stock table tells to the eye only."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs |= {"aria-label": field.label} if field.label else {}
