from modeltranslation.translator import TranslationOptions, register

from events.models import Event


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "lead", "city", "venue", "address", "fee", "programme", "companies", "report", "source_name")
