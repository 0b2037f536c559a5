from modeltranslation.translator import TranslationOptions, register

from core.models import SiteText


@register(SiteText)
class SiteTextTranslation(TranslationOptions):
    fields = ("strip", "owner", "operator", "phone_note")
