from django.contrib import admin

from core.admin import ContentAdmin
from events.models import Event


@admin.register(Event)
class EventAdmin(ContentAdmin):
    list_display = ["__str__", "country", "starts_at", "capacity", "taken", "published_at"]
    list_filter = ["country"]
    search_fields = ["title_ja", "title_en", "slug"]
    date_hierarchy = "starts_at"
    own_fields = ("country", ("starts_at", "ends_at", "zone"), ("opens_at", "closes_at", "capacity"), "languages")
