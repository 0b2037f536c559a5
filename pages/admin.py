from django.contrib import admin

from core.admin import ContentAdmin, SectionInline
from pages.models import Notice, Page, Section


class PageSectionInline(SectionInline):
    model = Section


@admin.register(Page)
class PageAdmin(ContentAdmin):
    inlines = [PageSectionInline]


@admin.register(Notice)
class NoticeAdmin(ContentAdmin):
    list_display = ["__str__", "published_at", "unpublish_at"]
