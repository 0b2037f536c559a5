"""What an agency writes that asks to be listed."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from phonenumber_field.formfields import PhoneNumberField

from agencies.models import LICENCE, SCOPES, normalise_licence
from core import taxonomy
from core.text import shown
from core.visitors import AddressField, OneLineField, VisitorForm, one_line

LONGEST_MESSAGE = 2_000

LONGEST_LICENCE = 6
"""Years: a licence is renewed for five, somewhat before its end."""

COUNTRIES = (
    "CN", "HK", "KR", "MN", "TW", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN", "BD", "IN", "LK", "NP", "PK", "UZ", "BR", "FR",
    "GB", "US",
)  # fmt: skip
"""Where most of those who come to work in Tokyo are from: East, South-East, South and Central Asia, further away."""


class DayField(forms.DateField):
    """A day as year, month and day, chosen or typed, in any width and with any of the usual marks between them."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {"invalid": _("Write the day like 2029-03-31: year, month, day.")}

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        return super().to_python(text.replace("/", "-").replace(".", "-"))


class SiteField(forms.URLField):
    """The address of a web site, https only; without its beginning it is taken for https."""

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", **kwargs)

    def to_python(self, value):
        one_line(value or "")
        address = super().to_python(value)
        if address and not address.lower().startswith("https://"):
            raise ValidationError(gettext("Give an address that begins with https:// or leave this empty."))
        return address


class AgencyFields(forms.Form):
    """What becomes the draft of the agency's page."""

    name_ja = OneLineField(
        label=_("Name of the agency in Japanese"), max_length=120, help_text=_("As it stands in the ministry’s register.")
    )
    name_en = OneLineField(label=_("Name of the agency in English"), max_length=120)
    area = forms.ChoiceField(label=_("Area of Tokyo where your office is"))
    site = SiteField(
        label=_("Web site of the agency"), max_length=200, required=False, help_text=_("For example https://www.example.co.jp/")
    )
    licence_number = OneLineField(
        label=_("Licence number (fee-charging employment placement)"), max_length=40,
        help_text=_("For example 13-ユ-123456. Wide or narrow characters, both are fine."),
    )  # fmt: skip
    licence_valid_until = DayField(label=_("Licence valid until"), help_text=_("Where no calendar opens, write it like 2029-03-31."))
    scope = forms.ChoiceField(
        label=_("Whom may you place under your licence?"), choices=SCOPES, widget=forms.RadioSelect,
        help_text=_("As the register says under 取扱職種の範囲等."),
    )  # fmt: skip
    countries = forms.MultipleChoiceField(
        label=_("Countries and regions that you filed"), widget=forms.CheckboxSelectMultiple,
        help_text=_("If you place people who live abroad. More than one is possible."),
        error_messages={"required": _("Tick the countries and regions that you filed, or write them into the next field.")},
    )  # fmt: skip
    other_countries = OneLineField(label=_("Other countries and regions that you filed"), max_length=300, required=False)
    jobs = forms.MultipleChoiceField(
        label=_("Fields in which you place people"), choices=taxonomy.JOB_FAMILIES, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in which your staff really work"), choices=taxonomy.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )

    def clean_licence_number(self):
        number = normalise_licence(self.cleaned_data["licence_number"])
        if not LICENCE.match(number):
            raise ValidationError(gettext("Write the number like 13-ユ-123456."))
        return number

    def clean_licence_valid_until(self):
        day, today = self.cleaned_data["licence_valid_until"], timezone.localdate()
        if day < today:
            raise ValidationError(
                gettext("This day is over. Only agencies with a valid licence are listed: please apply again after its renewal.")
            )
        if day.year > today.year + LONGEST_LICENCE:
            raise ValidationError(gettext("A licence is valid for five years at most. Please look at the year again."))
        return day


class ApplicationForm(VisitorForm, AgencyFields):
    """An application to be listed."""

    contact_name = OneLineField(label=_("Contact person"), max_length=80)
    contact_email = AddressField(label=_("E-mail address"), max_length=254, help_text=_("The receipt and our answer go here."))
    contact_phone = PhoneNumberField(
        label=_("Phone number"), region="JP", help_text=_("For example 03-1234-5678; from abroad with the country code, +84 24 1234 5678."),
        error_messages={"invalid": _("Write the whole number, for example 03-1234-5678 or +84 24 1234 5678.")},
    )  # fmt: skip
    message = forms.CharField(
        label=_("Message to the secretariat"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        validators=[MaxLengthValidator(LONGEST_MESSAGE)], help_text=_("At most 2,000 characters."),
    )  # fmt: skip
    agreement = forms.BooleanField(
        label=_("Our agency agrees to the posting standards"),
        error_messages={"required": _("Only agencies that agree to the posting standards are listed. Tick the box if yours does.")},
    )

    GROUPS = [
        (_("Your agency"), ("name_ja", "name_en", "area", "site")),
        (_("Your licence"), ("licence_number", "licence_valid_until", "scope", "countries", "other_countries")),
        (_("What you offer"), ("jobs", "languages")),
        (_("Whom we may ask"), ("contact_name", "contact_email", "contact_phone", "message")),
    ]
    field_order = [*(name for _heading, names in GROUPS for name in names), "agreement", "consent"]
    KNOWN_TO_BROWSERS = {"name_ja": "organization", "site": "url", "contact_name": "name", "contact_email": "email", "contact_phone": "tel"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", _("Choose")), *taxonomy.AREAS]
        self.fields["countries"].choices = [(code, countries.name(code)) for code in COUNTRIES]
        is_abroad = not self.is_bound or self.data.get("scope") == "abroad"
        self.fields["countries"].required = is_abroad and not self.data.get("other_countries", "").strip()
        for name, field in self.fields.items():
            field.widget.attrs.pop("maxlength", None)  # browsers would cut a pasted text unseen; the form says it in words
            field.help_text = shown(str(escape(field.help_text)), get_language())
            if name in self.KNOWN_TO_BROWSERS:
                field.widget.attrs["autocomplete"] = self.KNOWN_TO_BROWSERS[name]

    @property
    def groups(self) -> list:
        """The fields under their headings; agreement and consent stand above the button."""
        return [(heading, [self[name] for name in names]) for heading, names in self.GROUPS]

    def agency(self) -> dict:
        """What becomes of the form in the draft of the agency."""
        data = self.cleaned_data
        same = ("name_ja", "name_en", "licence_number", "licence_valid_until", "scope", "languages", "area")
        filed = data["countries"] if data["scope"] == "abroad" else []
        return {**{name: data[name] for name in same}, "countries": filed, "fields": data["jobs"], "website": data["site"]}

    def application(self) -> dict:
        """What becomes of the form in the application; countries that were written stand before the message."""
        data = self.cleaned_data
        more = f"{self.fields['other_countries'].label}: {data['other_countries']}" if data["other_countries"] else ""
        message = "\n\n".join(filter(None, [more, data["message"]]))
        return {**{name: data[name] for name in ("contact_name", "contact_email", "contact_phone")}, "message": message}
