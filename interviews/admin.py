from django.contrib import admin, messages
from django.db.models import Q
from django.forms import Script
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin import ContentAdmin, DraggedMixin, PartInline, SectionInline, side_by_side
from core.images import PhotoField
from core.morning import EDITOR, SOON, Line, form_of, may_view
from core.photo_admin import PhotoInput, PicturedMixin
from core.transfer import TransferMixin, table_of
from interviews.models import Clip, Consent, HomePerson, Interview, Person, Section

NAMES = [Script("js/names.js", defer=True)]


@admin.register(Person)
class PersonAdmin(PicturedMixin, TransferMixin, ContentAdmin):
    list_display = ["__str__", "origin", "job_family", "home_order", "published_at", "consent_until", "profile_on"]
    list_filter = ["job_family", "industry", "route", "japanese_on_arrival"]
    list_select_related = ["consent"]
    search_fields = ["name_ja", "name_en", "slug", "quote_ja", "quote_en"]
    own_fields = (
        "photo", ("photo_x", "photo_y", "photo_is_decorative"), *side_by_side("photo_alt"), ("order", "home_order"), ("origin", "arrived_year"),
        ("job_family", "industry"), ("company_staff", "area"), ("japanese_on_arrival", "japanese_now"), ("route", "status"), "profile_on",
    )  # fmt: skip
    resource_classes = [
        table_of(
            Person,
            "name",
            "quote",
            "origin",
            "occupation",
            "job_family",
            "industry",
            "company",
            "company_staff",
            "area",
            "arrived_year",
            "japanese_on_arrival",
            "japanese_now",
            "route",
            "status",
            "road",
            "profile_on",
            "photo_alt",
            "see_also",
        )  # fmt: skip
    ]

    @admin.display(description=_("consent until"), ordering="consent__expires_on")
    def consent_until(self, obj):
        consent = getattr(obj, "consent", None)
        if consent is None:
            return _("no consent")
        return _("withdrawn") if consent.withdrawn_at else consent.expires_on


@admin.register(HomePerson)
class HomePersonAdmin(DraggedMixin, admin.ModelAdmin):
    """The people on the home page, to drag into order; who is among them is said in the form of each person."""

    list_display = ["home_order", "__str__"]
    list_display_links = ["__str__"]
    ordering = ["home_order"]

    def get_fields(self, request, obj=None):
        return ["home_order"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(home_order__isnull=False)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("interviews.view_person")

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("interviews.publish_person")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ConsentFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("ending", _("ends within 60 days")), ("over", _("is over")), ("withdrawn", _("withdrawn"))]

    def queryset(self, request, queryset):
        if self.value() == "ending":
            return queryset.ending()
        over = Q(expires_on__lt=timezone.localdate(), withdrawn_at=None)
        return queryset.filter({"over": over, "withdrawn": Q(withdrawn_at__isnull=False)}.get(self.value(), Q()))


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin):
    """The register of consents. Not kept in the history: it is personal data. The paper is for keepers of consents only."""

    list_display = ["person", "scope", "given_on", "expires_on", "withdrawn_at"]
    list_filter = [ConsentFilter, "scope"]
    list_select_related = ["person"]
    search_fields = ["person__name_ja", "person__name_en", "person__slug"]
    autocomplete_fields = ["person"]
    ordering = ["expires_on"]
    actions = ["withdraw", "give_again"]

    class Media:
        js = NAMES

    def get_fields(self, request, obj=None):
        fields = ["person", "scope", "languages", "given_on", "expires_on"]
        paper = ["paper"] if request.user.has_perm("interviews.view_paper_of_consent") else []
        return [*fields, *paper, *(["withdrawn_at"] if obj else [])]

    def get_readonly_fields(self, request, obj=None):
        return ["person", "withdrawn_at"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def morning_lines(self, user):
        """Consents of people on the site that end within 60 days."""
        for consent in Consent.objects.ending().filter(person__published_at__isnull=False).select_related("person"):
            text = gettext("Consent ends on %(day)s: %(page)s") % {"day": consent.expires_on, "page": consent.person}
            yield Line(SOON, EDITOR, text, form_of(consent), may_view(Consent))

    @admin.action(description=_("Withdraw: take the person off the site now"), permissions=["change"])
    def withdraw(self, request, queryset):
        for consent in queryset:
            consent.withdraw()
            self.log_change(request, consent, gettext("Withdrawn."))
        messages.success(request, gettext("Withdrawn. The pages answer 410 and the pictures and videos are gone."))
        return redirect("admin:interviews_consent_changelist")

    @admin.action(description=_("A new paper was signed: end the withdrawal"), permissions=["change"])
    def give_again(self, request, queryset):
        for consent in queryset:
            consent.give_again()
            self.log_change(request, consent, gettext("Holds again."))
        messages.success(request, gettext("The consent holds again. Check its dates."))


class InterviewSectionInline(SectionInline):
    model = Section
    fields = ["order", *side_by_side("heading", "body", "pull_quote")]


class ClipInline(PartInline, admin.StackedInline):
    model = Clip
    formfield_overrides = {PhotoField: {"widget": PhotoInput}}
    fields = [
        *side_by_side("transcript"), ("av1", "h264"), ("captions_ja", "captions_en"), ("seconds", "width", "height"), "poster", "has_speech",
    ]  # fmt: skip


@admin.register(Interview)
class InterviewAdmin(ContentAdmin):
    list_display = ["__str__", "person", "home_order", "published_at"]
    list_select_related = ["person"]
    search_fields = ["title_ja", "title_en", "slug"]
    autocomplete_fields = ["person"]
    inlines = [InterviewSectionInline, ClipInline]
    own_fields = ("person", "home_order")

    class Media:
        js = NAMES
