from contextlib import contextmanager

from adminsortable2.admin import SortableAdminMixin
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.contrib.redirects.models import Redirect
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationInlineModelAdmin
from reversion.admin import VersionAdmin

from core.deciding import ProposalAdmin
from core.edition import raised_once
from core.forms import ContentForm, PartFormSet, TextsForm
from core.history import HistoryAdmin, conflict_text, latest_version
from core.linkcheck import LinkFault
from core.models import REQUIRED_LANGUAGES, SiteText
from core.proposal_admin import ProposalMixin, is_rehearsal
from core.proposals import Proposal
from core.translation_state import OutdatedTranslation, notes_on_page, pages_with, parts_of, texts_of

admin.site.register(Proposal, ProposalAdmin)


def side_by_side(*names: str) -> list:
    """Fieldset rows with a field's Japanese and English beside each other."""
    return [tuple(f"{name}_{language}" for language in REQUIRED_LANGUAGES) for name in names]


class TranslationFilter(admin.SimpleListFilter):
    """Pages with a text in a state; the matrix of translations links here with model:field:language:state."""

    title = _("translation")
    parameter_name = "gap"

    def lookups(self, request, model_admin):
        return [("missing", _("something is missing")), ("outdated", _("something is outdated")), ("complete", _("everything is current"))]

    def queryset(self, request, queryset):
        value, model = self.value(), queryset.model
        if value == "complete":
            return queryset.exclude(pages_with(model, "missing")).exclude(pages_with(model, "outdated"))
        if value in ("missing", "outdated"):
            return queryset.filter(pages_with(model, value))
        return queryset.filter(gap_condition(model, value)) if value else queryset


def gap_condition(model, value: str) -> models.Q:
    """The condition behind one cell of the matrix; nothing for a cell that does not exist."""
    owners = {owner._meta.label_lower: owner for owner in [model, *(part for _name, part, _key in parts_of(model))]}
    label, field, language, state = (value.split(":") + [""] * 4)[:4]
    owner = owners.get(label)
    if owner is None or field not in texts_of(owner) or language not in REQUIRED_LANGUAGES or state not in ("missing", "outdated"):
        return models.Q(pk__in=[])
    return pages_with(model, state, owner, field, language)


class OpensOnToDo(admin.SimpleListFilter):
    """A filter that opens on ``todo``, what waits for a hand; a search looks everywhere. Has no choice without a value."""

    def __init__(self, request, params, model, model_admin):
        self.default = "all" if request.GET.get("q") else "todo"
        super().__init__(request, params, model, model_admin)

    def value(self):
        return super().value() or self.default

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == self.value(), "query_string": query, "display": label}


class VersionedAdmin(HistoryAdmin, VersionAdmin, TranslationAdmin):
    """Rows with a history and texts in both languages."""

    form = ContentForm
    history_latest_first = True
    change_form_template = "admin/content_change_form.html"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    @contextmanager
    def create_revision(self, request):
        """Form, list and import are one transaction each, at whose end the edition is raised."""
        with super().create_revision(request), raised_once():
            yield

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.notes = request.notes = notes_on_page(obj)
        form.conflict = staticmethod(lambda seen: conflict_text(obj, seen)) if obj else None
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        # The editor's import map is an inline script: it gets this response's nonce.
        context["media"] = Media.from_media(context["media"]).with_nonce(getattr(request, "csp_nonce", ""))
        context["seen_version"] = latest_version(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if is_rehearsal(request):
            return
        for each in [form, *(row for formset in formsets for row in formset.initial_forms if not formset._should_delete_form(row))]:
            if change and each.has_changed():
                each.remember_translations(form.instance)
        OutdatedTranslation.objects.filter(
            pk__in=[pk for pk in request.POST.getlist("still_holds") if pk.isdigit()], page_model=form.instance._meta.label_lower,
            page_id=form.instance.pk,
        ).delete()  # fmt: skip


class ContentAdmin(ProposalMixin, VersionedAdmin):
    """Every content model: ja and en side by side, dates of truth, schedule, preview, proposals, history."""

    list_display = ["__str__", "slug", "published_at", "checked_on"]
    list_filter = ["published_at"]
    search_fields = ["slug"]
    date_hierarchy = "published_at"
    own_fields: tuple = ()

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), TranslationFilter]

    def get_fieldsets(self, request, obj=None):
        placed = flatten(self.own_fields)
        names = [name for name in texts_of(self.model) if name != "source_name" and f"{name}_ja" not in placed]
        return [
            (None, {"fields": [*side_by_side(*names), *self.own_fields]}),
            (_("Publishing"), {"fields": ["slug", "published_at", "unpublish_at", "see_also"]}),
            (_("Source"), {"fields": ["checked_on", "check_by", *side_by_side("source_name"), "source_url"]}),
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["beside"] = beside(obj, request.user) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.is_live() else None

    def get_readonly_fields(self, request, obj=None):
        """Whether and when a page is shown is decided by those who may publish; a proposal may say it."""
        fixed = super().get_readonly_fields(request, obj)
        open_to_all = self.may_publish(request) or getattr(request, "is_proposing", False)
        return fixed if open_to_all else (*fixed, "published_at", "unpublish_at", *(["slug"] if obj and obj.published_at else []))

    def save_model(self, request, obj, form, change):
        moves = change and not is_rehearsal(request) and {"slug", *obj.address_from.split("__")} & set(form.changed_data)
        before = type(obj).objects.filter(pk=obj.pk).first() if moves else None
        super().save_model(request, obj, form, change)
        if before:
            remember_addresses(before, obj)


def beside(page, user) -> list:
    """What other rooms keep that says the same as a page, as (words, address): whoever changes one is shown the other."""
    rooms = [each for each in admin.site._registry.values() if hasattr(each, "shown_beside")]
    return [(words, url) for each in rooms for words, url, right in each.shown_beside(page) if user.has_perm(right)]


def remember_addresses(before, after) -> None:
    """Lead the old paths of a row, in every language, to the new ones for ever (301); an answer's path holds its ``?open=``."""
    for old, new in zip(before.addresses(), after.addresses(), strict=True):
        old_path, new_path = old.partition("#")[0], new.partition("#")[0]
        Redirect.objects.filter(old_path=new_path).delete()
        if old_path != new_path:
            Redirect.objects.update_or_create(site_id=1, old_path=old_path, defaults={"new_path": new})


class PartInline(TranslationInlineModelAdmin):
    """Rows that live in a page; who may change (or propose a change of) the page may change its rows."""

    form = TextsForm
    formset = PartFormSet
    extra = 0

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.notes = getattr(request, "notes", {})
        return formset

    def _of_page(self, request, obj) -> bool:
        page_admin = self.admin_site.get_model_admin(self.parent_model)
        return page_admin.has_change_permission(request, obj) if obj else page_admin.has_add_permission(request)

    def has_add_permission(self, request, obj=None):
        return self._of_page(request, obj)

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request, obj=None):
        return self.admin_site.get_model_admin(self.parent_model).has_view_permission(request, obj)


class SectionInline(PartInline, admin.StackedInline):
    fields = ["order", *side_by_side("heading", "body")]


class DraggedMixin(SortableAdminMixin):
    """A list in the order of the site, dragged with the mouse; the number in the form does the same for keys.

    All rows stand on one page, so the package's actions to move rows between pages (and their counts) are left out.
    """

    list_per_page = 500
    date_hierarchy = None

    def get_actions(self, request):
        return super(SortableAdminMixin, self).get_actions(request)


@admin.register(LinkFault)
class LinkFaultAdmin(admin.ModelAdmin):
    """What the last check could not reach; a line leads to the page to be mended."""

    list_display = ["url", "page", "language", "problem", "since", "checked_at"]
    list_display_links = None
    list_filter = ["language", "page_model"]
    search_fields = ["url"]

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("page"))
    def page(self, obj):
        model = apps.get_model(obj.page_model)
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.page_id])
        return format_html('<a href="{}">{} {}</a>', url, model._meta.verbose_name, obj.page_id)


@admin.register(SiteText)
class SiteTextAdmin(VersionedAdmin):
    fieldsets = [(None, {"fields": [*side_by_side("strip", "owner", "operator", "phone_note"), "phone"]})]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
