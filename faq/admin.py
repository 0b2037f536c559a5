from django.contrib import admin
from import_export import fields
from import_export.widgets import ForeignKeyWidget

from core.admin import ContentAdmin, DraggedMixin, PartInline, side_by_side
from core.transfer import TransferMixin, table_of
from faq.models import Category, Figure, Question


@admin.register(Category)
class CategoryAdmin(DraggedMixin, TransferMixin, ContentAdmin):
    list_display = ["order", "__str__", "group", "published_at"]
    list_display_links = ["__str__"]
    ordering = ["order"]
    search_fields = ["title_ja", "title_en", "slug"]
    own_fields = (("group", "order"),)
    resource_classes = [table_of(Category, "group", "title", "lead", "see_also")]


class FigureInline(PartInline, admin.StackedInline):
    model = Figure
    fields = [("kind", "order"), *side_by_side("caption", "unit", "rows")]


@admin.register(Question)
class QuestionAdmin(DraggedMixin, TransferMixin, ContentAdmin):
    """Questions are dragged within one topic: choose it in the filter first."""

    list_display = ["order", "__str__", "category", "checked_on", "check_by", "published_at"]
    list_display_links = ["__str__"]
    list_filter = ["category", "is_advice"]
    list_select_related = ["category"]
    ordering = ["order"]
    search_fields = ["title_ja", "title_en", "slug"]
    inlines = [FigureInline]
    own_fields = (("category", "order"), "is_advice")
    resource_classes = [
        table_of(
            Question,
            "category",
            "title",
            "answer",
            "body",
            "is_advice",
            "checked_on",
            "check_by",
            "source_name",
            "source_url",
            "see_also",
            category=fields.Field("category", "category", widget=ForeignKeyWidget(Category, "slug")),
        )
    ]

    def get_ordering(self, request):
        return self.ordering if "category__id__exact" in request.GET else ["category__order", "order"]
