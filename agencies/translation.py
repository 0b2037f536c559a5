from modeltranslation.translator import TranslationOptions, register

from agencies.models import Agency


@register(Agency)
class AgencyTranslation(TranslationOptions):
    fields = ("name", "summary", "body", "address", "affiliation", "source_name")
