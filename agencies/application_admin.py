"""Applications in the admin: read and decided by the operators, seen by nobody else, kept in no version."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agencies.applications import ACCEPTED, DECISIONS, DECLINED, Application
from core.admin import OpensOnToDo
from core.audit import AUDIT
from core.forms import TextsForm
from core.morning import NOW, OPERATOR, Line, form_of, may_view

ENTERED = (
    "name_ja", "name_en", "licence_number", "licence_valid_until", "scope", "countries", "fields", "languages", "area", "website",
)  # fmt: skip
SHOWN = ("received_at", "contact_name", "contact_email", "contact_phone", "message", "as_entered", "agreed_to")


class DecidedFilter(OpensOnToDo):
    """Opens on what has to be decided; a search looks everywhere."""

    title, parameter_name = _("decision"), "decided"

    def lookups(self, request, model_admin):
        return [("todo", _("to be decided")), *DECISIONS, ("all", _("all"))]

    def queryset(self, request, queryset):
        if self.value() == "todo":
            return queryset.undecided()
        return queryset.filter(decision=self.value()) if self.value() in dict(DECISIONS) else queryset


class ReasonForm(ActionForm):
    """The bar above the list: what to do, and the reason that stands in the mails."""

    reason = forms.CharField(label=_("reason"), max_length=500, required=False)


class DecisionForm(forms.ModelForm):
    """Accept or decline; whoever saves has decided."""

    class Meta:
        widgets = {"decision": forms.RadioSelect, "reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "decision" in self.fields:
            field = self.fields["decision"]
            field.required, field.choices = True, DECISIONS
            field.help_text = _("When you save, the agency is told by mail. A decision cannot be taken back.")


class ShowsEntered:
    @admin.display(description=_("as entered"))
    def as_entered(self, obj):
        """What the form said about the agency, line by line; the agency itself may have been changed since."""
        from agencies.models import Agency  # its module imports the applications

        agency = Agency(**obj.entered)
        lines = [(Agency._meta.get_field(name).verbose_name, in_words(agency, name)) for name in ENTERED if obj.entered.get(name)]
        return format_html_join(mark_safe("<br>"), "{}: {}", lines) or "–"


def in_words(agency, name: str) -> str:
    """A field of an agency as staff know it: labels instead of codes."""
    many = {"fields": "field_labels", "languages": "language_labels"}
    if name in many:
        return ", ".join(str(label) for label in getattr(agency, many[name]))
    if name == "countries":
        return ", ".join(country.name for country in agency.countries)
    return getattr(agency, f"get_{name}_display", lambda: getattr(agency, name))()


class ApplicationInline(ShowsEntered, admin.StackedInline):
    """The applications of an agency on its page, to be read."""

    model = Application
    form = TextsForm
    fields = readonly_fields = (*SHOWN, "decision")
    extra = 0
    can_delete = False
    show_change_link = True

    def get_formset(self, request, obj=None, **kwargs):
        AUDIT.info("applications opened", extra={"request": request, "row": obj})
        return super().get_formset(request, obj, **kwargs)

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_add_permission


@admin.register(Application)
class ApplicationAdmin(ShowsEntered, admin.ModelAdmin):
    form = DecisionForm
    action_form = ReasonForm
    actions = ["accept_all", "decline_all"]
    list_display = ["number", "agency", "received_at", "language", "decision", "decided_by", "decided_at"]
    list_filter = [DecidedFilter]
    list_select_related = ["agency", "decided_by"]
    search_fields = ["agency__name_ja", "agency__name_en", "agency__licence_number"]
    fieldsets = [
        (None, {"fields": ["agency", "register", *SHOWN, "language", "notice", "consented_at"]}),
        (_("decision"), {"fields": ["decision", "reason", "decided_by", "decided_at"]}),
    ]
    readonly_fields = ["agency", "register", *SHOWN, "language", "notice", "consented_at", "decided_by", "decided_at"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        AUDIT.info("application opened", extra={"request": request, "row": obj})
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def has_change_permission(self, request, obj=None):
        """A decision is made once."""
        return super().has_change_permission(request, obj) and not (obj and (obj.decided_at or obj.erased_at))

    @admin.display(description=_("number"), ordering="pk")
    def number(self, obj):
        return obj.number

    @admin.display(description=_("register"))
    def register(self, obj):
        url = reverse("admin:agencies_agency_verify", args=[obj.agency_id])
        return format_html('{} <a class="button" href="{}">{}</a>', obj.agency.licence_number, url, _("Verify"))

    def save_model(self, request, obj, form, change):
        if not obj.decide(request.user, form.cleaned_data["decision"], form.cleaned_data["reason"]):
            messages.warning(request, gettext("This application was decided already."))

    @admin.action(description=_("Accept these applications (they are told by mail)"), permissions=["change"])
    def accept_all(self, request, queryset):
        self._decide_all(request, queryset, ACCEPTED, gettext("Accepted."))

    @admin.action(description=_("Decline these applications (they are told by mail)"), permissions=["change"])
    def decline_all(self, request, queryset):
        self._decide_all(request, queryset, DECLINED, gettext("Declined."))

    def _decide_all(self, request, queryset, decision: str, words: str) -> None:
        reason = request.POST.get("reason", "")[:500]
        decided = [application for application in queryset if application.decide(request.user, decision, reason)]
        for application in decided:
            self.log_change(request, application, words)
        messages.success(request, gettext("Applications decided: %(count)s") % {"count": len(decided)})

    def morning_lines(self, user):
        """Agencies that applied and wait for a decision, the oldest first."""
        for application in Application.objects.undecided().select_related("agency")[:20]:
            days = (timezone.localdate() - timezone.localdate(application.received_at)).days
            ago = ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days} if days else gettext("today")
            text = gettext("An agency applied: %(agency)s (%(ago)s)") % {"agency": application.agency, "ago": ago}
            yield Line(NOW, OPERATOR, text, form_of(application), may_view(Application))
