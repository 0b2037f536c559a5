from django.contrib import admin
from django.utils.translation import gettext

from core.admin import ContentAdmin, PartInline, SectionInline, side_by_side
from core.forms import TableFormSet
from core.morning import ADMINISTRATOR, SOON, Line, list_of, may_view
from pages.models import AccessibilityTest, CspReport, Finding, Notice, Page, Section


class PageSectionInline(SectionInline):
    model = Section


@admin.register(Page)
class PageAdmin(ContentAdmin):
    inlines = [PageSectionInline]


class FindingInline(PartInline, admin.TabularInline):
    model = Finding
    formset = TableFormSet
    fields = ["number", "result", *side_by_side("note")[0]]


@admin.register(AccessibilityTest)
class AccessibilityTestAdmin(ContentAdmin):
    list_display = ["__str__", "declared_on", "level", "degree", "published_at"]
    own_fields = ("declared_on", ("tested_from", "tested_until"), ("level", "degree"), "technologies")
    inlines = [FindingInline]


@admin.register(Notice)
class NoticeAdmin(ContentAdmin):
    list_display = ["__str__", "published_at", "unpublish_at"]


@admin.register(CspReport)
class CspReportAdmin(admin.ModelAdmin):
    """What browsers kept from loading; deleted when it was looked into."""

    list_display = ["directive", "blocked", "page", "count", "first_at", "last_at"]
    list_display_links = None
    list_filter = ["directive"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def morning_lines(self, user):
        """How many kinds of reports came in the last seven days."""
        count = CspReport.objects.new().count()
        if count:
            text = gettext("Browsers kept something from loading on our pages: %(count)s") % {"count": count}
            yield Line(SOON, ADMINISTRATOR, text, list_of(CspReport), may_view(CspReport))
