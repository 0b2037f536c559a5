from django.contrib import admin

from core.admin import ContentAdmin, VersionedAdmin, side_by_side
from desk.models import Closure, Office


class OwnOffice:
    """A counsellor sees the rows of the own office only: in lists, by raw address, in choices and in history."""

    office_path = "pk"

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.filter(**{self.office_path: request.user.office_id}) if request.user.role == "counsellor" else rows


@admin.register(Office)
class OfficeAdmin(OwnOffice, ContentAdmin):
    list_display = ["__str__", "country", "opens", "closes", "is_telephone_desk", "published_at"]
    own_fields = (("order", "is_telephone_desk"), ("country", "zone"), ("opens", "closes"), ("weekdays", "languages"), "phone")


@admin.register(Closure)
class ClosureAdmin(OwnOffice, VersionedAdmin):
    office_path = "office"
    list_display = ["first_on", "last_on", "office", "reason"]
    list_filter = ["office"]
    list_select_related = ["office"]
    fieldsets = [(None, {"fields": ["office", ("first_on", "last_on"), *side_by_side("reason")]})]
