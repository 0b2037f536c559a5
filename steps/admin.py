from adminsortable2.admin import CustomInlineFormSetMixin, SortableTabularInline
from django.contrib import admin
from django.forms import NumberInput

from core.admin import ContentAdmin, DraggedMixin, PartInline
from core.forms import TableFormSet
from steps.models import Step, Task


class TaskFormSet(CustomInlineFormSetMixin, TableFormSet):
    """Dragged with the mouse, or by the number, which stays visible for those who use keys."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.form.base_fields["order"].widget = NumberInput(attrs={"class": "_reorder_ vSmallIntegerField"})


class TaskInline(PartInline, SortableTabularInline):
    model = Task
    formset = TaskFormSet
    ordering = ["order"]
    fields = ["code", "title_ja", "title_en", "note_ja", "note_en", "who", "order"]


@admin.register(Step)
class StepAdmin(DraggedMixin, ContentAdmin):
    list_display = ["number", "__str__", "checked_on", "check_by", "published_at"]
    list_display_links = ["__str__"]
    ordering = ["number"]
    inlines = [TaskInline]
    own_fields = (("number", "who"),)
