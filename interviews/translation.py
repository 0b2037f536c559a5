from modeltranslation.translator import TranslationOptions, register

from interviews.models import Clip, Interview, Person, Section


@register(Person)
class PersonTranslation(TranslationOptions):
    fields = ("name", "quote", "occupation", "company", "road", "photo_alt", "source_name")


@register(Interview)
class InterviewTranslation(TranslationOptions):
    fields = ("title", "lead", "source_name")


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("heading", "body", "pull_quote")


@register(Clip)
class ClipTranslation(TranslationOptions):
    fields = ("transcript",)
