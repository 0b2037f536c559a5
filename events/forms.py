"""What people write who come to an event."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core.visitors import AddressField, OneLineField, VisitorForm

LANGUAGES = [("ja", "日本語"), ("en", "English")]
LONGEST_QUESTIONS = 2_000


class QuestionsField(forms.CharField):
    """Several lines, none of them cut off unseen; a line break counts once, as the person counts it."""

    def clean(self, value):
        value = super().clean(value).replace("\r\n", "\n")
        if len(value) > LONGEST_QUESTIONS:
            words = gettext("This has %(length)s characters; at most %(most)s can be sent. Please shorten it.")
            raise ValidationError(words % {"length": f"{len(value):,}", "most": f"{LONGEST_QUESTIONS:,}"})
        return value


def name_field() -> forms.Field:
    return OneLineField(label=_("Your name"), max_length=80, help_text=_("As you write it yourself."))


def language_field() -> forms.Field:
    return forms.ChoiceField(label=_("Language of our mails to you"), choices=LANGUAGES, widget=forms.RadioSelect)


def questions_field() -> forms.Field:
    return QuestionsField(
        label=_("Questions for the speakers"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("At most 2,000 characters. The speakers see the question, not your name."),
    )  # fmt: skip


class RegistrationForm(VisitorForm):
    name = name_field()
    email = AddressField(label=_("E-mail address"), max_length=254, help_text=_("The confirmation and the reminders go here."))
    language = language_field()
    questions = questions_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "email"


class ChangeForm(forms.Form):
    """What can be changed by the private link; another address is another registration."""

    name = name_field()
    language = language_field()
    questions = questions_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "check__box" if isinstance(field.widget, forms.RadioSelect) else "field__control"


class CancelForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Yes, cancel my registration"), widget=forms.CheckboxInput(attrs={"class": "check__box"}),
        error_messages={"required": _("Tick the box if you are sure.")},
    )  # fmt: skip


class EraseForm(forms.Form):
    """Nothing to fill in: it stands on the page of a cancelled registration only."""
