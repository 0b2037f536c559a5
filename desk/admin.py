from django.contrib import admin
from modeltranslation.admin import TranslationAdmin
from reversion.admin import VersionAdmin

from core.admin import ContentAdmin
from desk.models import Closure, Office


@admin.register(Office)
class OfficeAdmin(ContentAdmin):
    list_display = ["__str__", "country", "opens", "closes", "is_telephone_desk", "published_at"]
    own_fields = (("order", "is_telephone_desk"), ("country", "zone"), ("opens", "closes"), ("weekdays", "languages"), "phone")


@admin.register(Closure)
class ClosureAdmin(VersionAdmin, TranslationAdmin):
    list_display = ["first_on", "last_on", "office", "reason"]
    list_filter = ["office"]
