from modeltranslation.translator import TranslationOptions, register

from steps.models import Step, Task


@register(Step)
class StepTranslation(TranslationOptions):
    fields = ("title", "summary", "duration", "cost", "what", "documents", "mistakes", "source_name")


@register(Task)
class TaskTranslation(TranslationOptions):
    fields = ("title", "note")
