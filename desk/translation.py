from modeltranslation.translator import TranslationOptions, register

from desk.models import CannedReply, Closure, Office


@register(Office)
class OfficeTranslation(TranslationOptions):
    fields = ("name", "city", "address", "note", "source_name")


@register(Closure)
class ClosureTranslation(TranslationOptions):
    fields = ("reason",)


@register(CannedReply)
class CannedReplyTranslation(TranslationOptions):
    fields = ("title", "body")
