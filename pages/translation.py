from modeltranslation.translator import TranslationOptions, register

from pages.models import AccessibilityTest, Finding, Notice, Page, Section


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "lead", "source_name")


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("heading", "body")


@register(Notice)
class NoticeTranslation(TranslationOptions):
    fields = ("title", "source_name")


@register(AccessibilityTest)
class AccessibilityTestTranslation(TranslationOptions):
    fields = ("title", "lead", "scope", "support", "source_name")


@register(Finding)
class FindingTranslation(TranslationOptions):
    fields = ("note",)
