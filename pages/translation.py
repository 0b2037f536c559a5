from modeltranslation.translator import TranslationOptions, register

from pages.models import Notice, Page, Section


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "lead", "source_name")


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("heading", "body")


@register(Notice)
class NoticeTranslation(TranslationOptions):
    fields = ("title", "source_name")
