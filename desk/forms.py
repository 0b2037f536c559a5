"""What visitors write to the desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from phonenumber_field.formfields import PhoneNumberField

from core import taxonomy
from core.visitors import AddressField, OneLineField, VisitorForm
from desk.cases import RATINGS, WISHES
from desk.models import Office
from desk.topics import topic_choices
from desk.zones import ZONES

LONGEST_QUESTION = 10_000


class WordsField(forms.CharField):
    """Several lines of a person's own words, at most 10,000 characters, none of them cut off unseen."""

    def __init__(self, **kwargs):
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 8}), **kwargs})

    def clean(self, value):
        value = super().clean(value)
        if len(value) > LONGEST_QUESTION:
            words = gettext("This has %(length)s characters; at most %(most)s can be sent. Please shorten it, or send the rest afterwards.")
            raise ValidationError(words % {"length": f"{len(value):,}", "most": f"{LONGEST_QUESTION:,}"})
        return value


def offered_languages(offices) -> list:
    """The languages that at least one of the offices answers in."""
    spoken = {code for office in offices for code in office.languages}
    return [(code, label) for code, label in taxonomy.LANGUAGES if code in spoken]


class AskForm(VisitorForm):
    """A question to the desk."""

    topic = forms.ChoiceField(label=_("What is it about?"))
    question = WordsField(label=_("Your question"), help_text=_("In Japanese or English, at most 10,000 characters."))
    name = OneLineField(label=_("Your name"), max_length=80, help_text=_("As you write it yourself."))
    email = AddressField(label=_("E-mail address"), max_length=254, help_text=_("The receipt and the answer go here."))
    country = forms.ChoiceField(label=_("Country or region you live in"))
    languages = forms.MultipleChoiceField(label=_("Languages we may answer in"), widget=forms.CheckboxSelectMultiple)
    wish = forms.ChoiceField(label=_("How would you like the answer?"), choices=WISHES, widget=forms.RadioSelect, initial="mail")
    phone = PhoneNumberField(
        label=_("Phone number"), required=False, help_text=_("Only if we may call you. With the country code, for example +84 24 1234 5678.")
    )  # fmt: skip
    times = OneLineField(
        label=_("Good times for a call"), max_length=200, required=False,
        help_text=_("On your own clock, for example: Tuesday and Thursday, 18:00 to 20:00."),
    )  # fmt: skip
    zone = forms.ChoiceField(label=_("Your time zone"), required=False)
    office = forms.ChoiceField(label=_("Office for a talk in person"), required=False)
    source_page = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    seen_answers = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = [office for office in offices if not office.is_telephone_desk]
        self.fields["topic"].choices = [("", _("Choose")), *topic_choices()]
        self.fields["country"].choices = [("", _("Choose")), *countries]
        self.fields["languages"].choices = offered_languages(offices) or taxonomy.LANGUAGES[:2]
        self.fields["languages"].initial = [get_language()]
        self.fields["zone"].choices = [("", _("The time zone of my country")), *ZONES]
        self.fields["office"].choices = [("", _("No office")), *((str(office.pk), office.name) for office in self.places)]
        for name, kind in {"email": "email", "name": "name", "phone": "tel", "country": "country"}.items():
            self.fields[name].widget.attrs["autocomplete"] = kind

    @property
    def visible(self) -> list:
        return [field for field in super().visible if not field.is_hidden]

    def clean_source_page(self):
        """A path of this site, or nothing: it is kept for the desk only."""
        page = self.cleaned_data["source_page"]
        return page if page.startswith("/") and page.isprintable() else ""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("wish") == "phone" and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Give a number that we can call, or choose another way to be answered."))
        if cleaned.get("wish") == "visit" and not cleaned.get("office") and "office" not in self.errors:
            self.add_error("office", _("Choose the office that you would like to visit, or choose another way to be answered."))
        return cleaned

    def case_fields(self) -> dict:
        """What becomes of the form in a new case."""
        same = ["topic", "name", "email", "country", "languages", "wish", "times", "zone", "source_page"]
        data = self.cleaned_data
        office = next((place for place in self.places if str(place.pk) == data["office"]), None)
        return {**{name: data[name] for name in same}, "phone": data["phone"] or "", "office": office or Office.objects.answering()}


class AddForm(forms.Form):
    """More words to a case, by its private address."""

    words = WordsField(label=_("Add to your question"), help_text=_("At most 10,000 characters."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["class"] = "field__control"


class AnsweredForm(forms.Form):
    """The visitor says that the question is answered; there is nothing to fill in."""


class RateForm(forms.Form):
    """How good the answer was."""

    rating = forms.TypedChoiceField(
        label=_("How helpful was the answer?"), choices=RATINGS, coerce=int, widget=forms.RadioSelect(attrs={"class": "check__box"})
    )  # fmt: skip


class ForgetForm(forms.Form):
    """The visitor takes the consent back and has everything erased."""

    sure = forms.BooleanField(
        label=_("Yes, erase my question, the answers and my address"), widget=forms.CheckboxInput(attrs={"class": "check__box"}),
        error_messages={"required": _("Tick the box if you are sure. Erased is erased: nobody can bring it back.")},
    )  # fmt: skip
