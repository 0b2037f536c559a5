from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.application_admin import ApplicationInline
from agencies.models import LICENCE_FIELDS, REGISTER_URL, Agency
from core.admin import ContentAdmin
from core.morning import NOW, OPERATOR, SOON, Line, form_of, list_of, may_view
from core.proposal_admin import is_rehearsal
from core.transfer import TransferMixin, table_of


class LicenceFilter(admin.SimpleListFilter):
    title = _("licence")
    parameter_name = "licence"

    def lookups(self, request, model_admin):
        return [("ending", _("ends within 60 days")), ("lapsed", _("lapsed")), ("unverified", _("to be verified"))]

    def queryset(self, request, queryset):
        return getattr(queryset, self.value())() if self.value() in ("ending", "lapsed", "unverified") else queryset


class AgencyTable(
    table_of(
        Agency, "name", "licence_number", "licence_valid_until", "scope", "countries", "agreed_on", "fields", "languages", "area",
        "japanese_from", "interviews_online", "helps_with_visa", "summary", "body", "address", "affiliation", "phone", "email", "website",
        "see_also",
    )
):  # fmt: skip
    """Agencies as a table; a changed licence has to be verified again."""

    def import_instance(self, instance, row, **kwargs):
        before = [getattr(instance, name) for name in LICENCE_FIELDS]
        super().import_instance(instance, row, **kwargs)
        if [getattr(instance, name) for name in LICENCE_FIELDS] != before:
            instance.licence_was_edited(kwargs["user"].get_username())


@admin.register(Agency)
class AgencyAdmin(TransferMixin, ContentAdmin):
    list_display = ["__str__", "licence_number", "licence_valid_until", "verified_on", "verified_by", "verify_link", "published_at"]
    list_filter = [LicenceFilter, "scope", "area"]
    search_fields = ["name_ja", "name_en", "licence_number", "slug"]
    readonly_fields = ("verified_on", "verified_by", "scope_checked_on")
    own_fields = (
        ("licence_number", "licence_valid_until"), ("scope", "countries"), ("verified_on", "verified_by", "scope_checked_on"), "agreed_on",
        "is_sample", ("fields", "languages"), ("area", "japanese_from"), ("interviews_online", "helps_with_visa"),
        ("phone", "email", "website"),
    )  # fmt: skip
    resource_classes = [AgencyTable]

    def get_inlines(self, request, obj):
        """Not in ``inlines``: what stands there is kept in every version of the page."""
        return [ApplicationInline] if obj else []

    def morning_lines(self, user):
        """Licences about to end, lapsed ones that are still published, and how many have to be verified."""
        shown = Agency.objects.filter(published_at__lte=timezone.now())
        for agency in shown.ending():
            text = gettext("Licence ends on %(day)s: %(page)s") % {"day": agency.licence_valid_until, "page": agency}
            yield Line(SOON, OPERATOR, text, form_of(agency), may_view(Agency))
        for agency in shown.lapsed():
            text = gettext("Licence lapsed, the page is hidden: %(page)s") % {"page": agency}
            yield Line(NOW, OPERATOR, text, form_of(agency), may_view(Agency))
        count = shown.unverified().count()
        if count:
            text = gettext("Licences to be verified in the register: %(count)s") % {"count": count}
            yield Line(SOON, OPERATOR, text, list_of(Agency, "licence=unverified"), may_view(Agency))

    def get_urls(self):
        return [path("<int:pk>/verify/", self.admin_site.admin_view(self.verify_view), name="agencies_agency_verify"), *super().get_urls()]

    @admin.display(description=_("register"))
    def verify_link(self, obj):
        return format_html('<a href="{}">{}</a>', reverse("admin:agencies_agency_verify", args=[obj.pk]), _("Verify"))

    def save_model(self, request, obj, form, change):
        if set(LICENCE_FIELDS) & set(form.changed_data):
            obj.licence_was_edited(request.user.get_username())
        super().save_model(request, obj, form, change)

    def verify_view(self, request, pk: int):
        """GET shows what to compare with the register; POST notes that it was compared."""
        agency = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, agency) or is_rehearsal(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._verify(request, agency)
        context = {"agency": agency, "register": REGISTER_URL, "opts": self.opts, "title": gettext("Verify a licence")}
        return render(request, "admin/verify.html", {**self.admin_site.each_context(request), **context})

    def _verify(self, request, agency: Agency):
        try:
            with self.create_revision(request):
                agency.verify(request.user.get_username(), bool(request.POST.get("scope_seen")))
                self.log_change(request, agency, gettext("Licence verified in the register."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:agencies_agency_verify", agency.pk)
        messages.success(request, gettext("The licence was verified today."))
        return redirect("admin:agencies_agency_changelist")
