from modeltranslation.translator import TranslationOptions, register

from faq.models import Category, Figure, Question


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("title", "lead", "source_name")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("title", "answer", "body", "source_name")


@register(Figure)
class FigureTranslation(TranslationOptions):
    fields = ("caption", "unit", "rows")
