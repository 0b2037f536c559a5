from django.contrib import admin

from core.admin import ContentAdmin, SectionInline
from guide.models import Article, Section


class ArticleSectionInline(SectionInline):
    model = Section


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    list_display = ["__str__", "topic", "order", "checked_on", "check_by", "published_at"]
    list_filter = ["topic"]
    search_fields = ["title_ja", "title_en", "slug"]
    inlines = [ArticleSectionInline]
    own_fields = (("topic", "order"), "is_advice")
