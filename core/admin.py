from django.contrib import admin
from django.contrib.redirects.models import Redirect
from django.db import models
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from reversion.admin import VersionAdmin

from core.models import REQUIRED_LANGUAGES, SiteText


def side_by_side(*names: str) -> list:
    """Fieldset rows with a field's Japanese and English beside each other."""
    return [tuple(f"{name}_{language}" for language in REQUIRED_LANGUAGES) for name in names]


class ContentAdmin(VersionAdmin, TranslationAdmin):
    """Every content model: ja and en side by side, dates of truth, schedule, history."""

    history_latest_first = True
    list_display = ["__str__", "slug", "published_at", "checked_on"]
    list_filter = ["published_at"]
    search_fields = ["slug"]
    date_hierarchy = "published_at"
    own_fields: tuple = ()
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(self, request, obj=None):
        translated = self.trans_opts.get_field_names()
        names = [field.name for field in self.model._meta.fields if field.name in translated and field.name != "source_name"]
        return [
            (None, {"fields": [*side_by_side(*names), *self.own_fields]}),
            (_("Publishing"), {"fields": ["slug", "published_at", "unpublish_at", "see_also"]}),
            (_("Source"), {"fields": ["checked_on", "check_by", *side_by_side("source_name"), "source_url"]}),
        ]

    def render_change_form(self, request, context, *args, **kwargs):
        # The editor's import map is an inline script: it gets this response's nonce.
        context["media"] = Media.from_media(context["media"]).with_nonce(request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        before = type(obj).objects.filter(pk=obj.pk).first() if change and "slug" in form.changed_data else None
        super().save_model(request, obj, form, change)
        if before:
            remember_addresses(before, obj)


def remember_addresses(before, after) -> None:
    """Lead the old paths of a row, in every language, to the new ones for ever (301)."""
    for old, new in zip(before.addresses(), after.addresses(), strict=True):
        Redirect.objects.filter(old_path=new).delete()
        Redirect.objects.update_or_create(site_id=1, old_path=old, defaults={"new_path": new})


class SectionInline(TranslationStackedInline):
    extra = 0
    fields = ["order", *side_by_side("heading", "body")]


@admin.register(SiteText)
class SiteTextAdmin(VersionAdmin, TranslationAdmin):
    def has_add_permission(self, request):
        return not SiteText.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False
