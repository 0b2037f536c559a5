from django.contrib import admin
from modeltranslation.admin import TranslationTabularInline

from core.admin import ContentAdmin
from steps.models import Step, Task


class TaskInline(TranslationTabularInline):
    model = Task
    extra = 0


@admin.register(Step)
class StepAdmin(ContentAdmin):
    list_display = ["number", "__str__", "checked_on", "check_by", "published_at"]
    list_display_links = ["__str__"]
    inlines = [TaskInline]
    own_fields = (("number", "who"),)
