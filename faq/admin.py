from django.contrib import admin
from modeltranslation.admin import TranslationStackedInline

from core.admin import ContentAdmin
from faq.models import Category, Figure, Question


@admin.register(Category)
class CategoryAdmin(ContentAdmin):
    list_display = ["__str__", "group", "order", "published_at"]
    list_editable = ["order"]
    search_fields = ["title_ja", "title_en", "slug"]
    own_fields = (("group", "order"),)


class FigureInline(TranslationStackedInline):
    model = Figure
    extra = 0


@admin.register(Question)
class QuestionAdmin(ContentAdmin):
    list_display = ["__str__", "category", "order", "checked_on", "check_by", "published_at"]
    list_filter = ["category", "is_advice"]
    list_select_related = ["category"]
    search_fields = ["title_ja", "title_en", "slug"]
    inlines = [FigureInline]
    own_fields = (("category", "order"), "is_advice")
