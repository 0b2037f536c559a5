"""The lists that people, agencies and events are sorted by, each once, in both languages.

Industries follow the Japan Standard Industrial Classification, grouped in ten for readers;
areas follow the wards' own English style and their official order (JIS X 0402).
"""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

INDUSTRIES = [
    ("it", _("IT and communications")),
    ("manufacturing", _("Manufacturing")),
    ("trade", _("Trade and wholesale")),
    ("construction", _("Construction and engineering")),
    ("finance", _("Finance and insurance")),
    ("professional", _("Professional services")),
    ("logistics", _("Logistics")),
    ("tourism", _("Tourism and food")),
    ("education", _("Education")),
    ("other", _("Other industries")),
]

JOB_FAMILIES = [
    ("software", _("Software and web")),
    ("infrastructure", _("Networks and security")),
    ("data-ai", _("Data and AI")),
    ("embedded", _("Electronics and embedded")),
    ("mechanical", _("Mechanical design")),
    ("civil", _("Civil engineering and architecture")),
    ("chemistry-bio", _("Chemistry, materials, biology")),
    ("production", _("Production and quality")),
    ("research", _("Research and development")),
    ("overseas-sales", _("Overseas sales")),
    ("domestic-sales", _("Sales in Japan")),
    ("trade", _("Trade, logistics, purchasing")),
    ("marketing", _("Marketing and PR")),
    ("planning", _("Planning and consulting")),
    ("accounting", _("Accounting and finance")),
    ("hr", _("Human resources")),
    ("legal", _("Legal and intellectual property")),
    ("design", _("Design")),
    ("interpreting", _("Translation and interpreting")),
    ("teaching", _("Language teaching")),
    ("hotel", _("Hotel front desk")),
    ("bridge", _("Bridge engineer, project manager")),
]

JAPANESE_LEVELS = [
    ("none", _("No Japanese")),
    ("n5", "N5"),
    ("n4", "N4"),
    ("n3", "N3"),
    ("n2", "N2"),
    ("n1", "N1"),
]

ROUTES = [
    ("studied", _("Studied in Japan first")),
    ("abroad", _("Came straight from abroad")),
]

COMPANY_SIZES = [
    ("1-19", _("1–19 people"), 1, 19),
    ("20-99", _("20–99 people"), 20, 99),
    ("100-299", _("100–299 people"), 100, 299),
    ("300", _("300 people or more"), 300, 10**9),
]

STATUSES = [
    ("eshis", _("Engineer / Specialist in Humanities / International Services")),
    ("hsp", _("Highly Skilled Professional")),
    ("researcher", _("Researcher")),
    ("permanent", _("Permanent Resident")),
]

LANGUAGES = [
    ("ja", _("Japanese")),
    ("en", _("English")),
    ("zh-hans", _("Chinese (simplified)")),
    ("zh-hant", _("Chinese (traditional)")),
    ("ko", _("Korean")),
    ("vi", _("Vietnamese")),
    ("id", _("Indonesian")),
    ("ms", _("Malay")),
    ("tl", _("Filipino")),
    ("th", _("Thai")),
    ("my", _("Burmese")),
    ("ne", _("Nepali")),
    ("hi", _("Hindi")),
    ("bn", _("Bengali")),
    ("es", _("Spanish")),
    ("pt", _("Portuguese")),
    ("fr", _("French")),
    ("de", _("German")),
]

AREAS = [
    ("chiyoda", _("Chiyoda City")),
    ("chuo", _("Chuo City")),
    ("minato", _("Minato City")),
    ("shinjuku", _("Shinjuku City")),
    ("bunkyo", _("Bunkyo City")),
    ("taito", _("Taito City")),
    ("sumida", _("Sumida City")),
    ("koto", _("Koto City")),
    ("shinagawa", _("Shinagawa City")),
    ("meguro", _("Meguro City")),
    ("ota", _("Ota City")),
    ("setagaya", _("Setagaya City")),
    ("shibuya", _("Shibuya City")),
    ("nakano", _("Nakano City")),
    ("suginami", _("Suginami City")),
    ("toshima", _("Toshima City")),
    ("kita", _("Kita City")),
    ("arakawa", _("Arakawa City")),
    ("itabashi", _("Itabashi City")),
    ("nerima", _("Nerima City")),
    ("adachi", _("Adachi City")),
    ("katsushika", _("Katsushika City")),
    ("edogawa", _("Edogawa City")),
    ("tama", _("Tama area")),
]

WHO = [
    ("you", _("You")),
    ("employer", _("Employer")),
    ("agency", _("Agency")),
]


class CodesField(models.CharField):
    """Several codes of one list in one column, as ``,en,vi,``; in Python a list of codes.

    Stored with commas on both ends so that ``codes__contains=",vi,"`` is exact on both databases.
    """

    def from_db_value(self, value, expression, connection):
        return self.to_python(value)

    def to_python(self, value):
        if isinstance(value, str):
            return [code for code in value.replace(",", " ").split() if code]
        return list(value or [])

    def get_prep_value(self, value):
        codes = self.to_python(value)
        return f",{','.join(codes)}," if codes else ""

    def value_to_string(self, obj):
        return " ".join(self.value_from_object(obj))

    def validate(self, value, model_instance):
        known = {code for code, _label in self.choices or []}
        for code in value:
            if code not in known:
                super().validate(code, model_instance)
        if not value and not self.blank:
            super().validate("", model_instance)

    def formfield(self, **kwargs):
        return forms.TypedMultipleChoiceField(
            choices=self.choices,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )


def labelled(instance, field_name) -> list:
    """The labels of an instance's codes, in the order of the list they come from."""
    codes = getattr(instance, field_name)
    return [label for code, label in instance._meta.get_field(field_name).choices if code in codes]
