from modeltranslation.translator import TranslationOptions, register

from guide.models import Article, Section


@register(Article)
class ArticleTranslation(TranslationOptions):
    fields = ("title", "lead", "source_name")


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("heading", "body")
