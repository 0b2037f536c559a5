from django.contrib import admin
from modeltranslation.admin import TranslationStackedInline

from core.admin import ContentAdmin, SectionInline, side_by_side
from interviews.models import Clip, Consent, Interview, Person, Section


class ConsentInline(admin.StackedInline):
    model = Consent


@admin.register(Person)
class PersonAdmin(ContentAdmin):
    list_display = ["__str__", "origin", "job_family", "home_order", "published_at", "profile_on"]
    list_filter = ["job_family", "industry", "route", "japanese_on_arrival"]
    search_fields = ["name_ja", "name_en", "slug", "quote_ja", "quote_en"]
    inlines = [ConsentInline]
    own_fields = (
        "photo", ("photo_x", "photo_y", "photo_is_decorative"), ("order", "home_order"), ("origin", "arrived_year"),
        ("job_family", "industry"), ("company_staff", "area"), ("japanese_on_arrival", "japanese_now"), ("route", "status"), "profile_on",
    )  # fmt: skip


class InterviewSectionInline(SectionInline):
    model = Section
    fields = ["order", *side_by_side("heading", "body", "pull_quote")]


class ClipInline(TranslationStackedInline):
    model = Clip
    extra = 0


@admin.register(Interview)
class InterviewAdmin(ContentAdmin):
    list_display = ["__str__", "person", "home_order", "published_at"]
    list_select_related = ["person"]
    search_fields = ["title_ja", "title_en", "slug"]
    autocomplete_fields = ["person"]
    inlines = [InterviewSectionInline, ClipInline]
    own_fields = ("person", "home_order")
