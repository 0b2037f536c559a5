from django.contrib import admin

from agencies.models import Agency
from core.admin import ContentAdmin


@admin.register(Agency)
class AgencyAdmin(ContentAdmin):
    list_display = ["__str__", "licence_number", "licence_valid_until", "verified_on", "published_at"]
    list_filter = ["scope", "area", "licence_valid_until"]
    search_fields = ["name_ja", "name_en", "licence_number"]
    own_fields = (
        ("licence_number", "licence_valid_until"), ("scope", "countries"), ("verified_on", "verified_by", "agreed_on"), "is_sample",
        ("fields", "languages"), ("area", "japanese_from"), ("interviews_online", "helps_with_visa"), ("phone", "email", "website"),
    )  # fmt: skip
