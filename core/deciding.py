"""Proposals in the admin: what each would change, applied or sent back."""

import copy

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history import Change, change, latest_version
from core.preview import public_request
from core.proposal_admin import all_forms
from core.proposals import Proposal, described
from core.translation_state import difference


def posting(request, proposal: Proposal):
    """A request like the given one that posts the proposal's form."""
    posted = copy.copy(request)
    posted.method, posted.POST = "POST", proposal.posted()
    posted.POST.update({"_save": "1", "seen_version": latest_version(proposal.row), "proposal": str(proposal.pk)})
    # The form was checked when it was sent; this is the decision about it.
    posted._files, posted.csrf_processing_done = proposal.posted_files(), True
    return posted


def admin_of(proposal: Proposal):
    return admin.site.get_model_admin(proposal.content_type.model_class())


def forms_of(request, proposal: Proposal) -> list:
    """The form and the forms of the parts, filled in with the proposal."""
    model_admin, row, posted = admin_of(proposal), proposal.row, posting(request, proposal)
    form = model_admin.get_form(posted, row, change=True)(posted.POST, posted.FILES, instance=row)
    formsets, _inlines = model_admin._create_formsets(posted, row, change=True)
    return all_forms(form, formsets)


def differences(request, proposal: Proposal) -> list[Change]:
    """What applying the proposal would change now, field by field."""
    return [change for form in forms_of(request, proposal) for change in form_changes(form)]


def form_changes(form) -> list[Change]:
    form.is_valid()
    if form.cleaned_data.get("DELETE"):
        return [Change(str(form._meta.model._meta.verbose_name), str(form.instance), "", difference(str(form.instance), ""))]
    return [form_change(form, name) for name in form.changed_data if name in form.fields and name != "id"]


def form_change(form, name: str) -> Change:
    field = form.fields[name]
    labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    old, new = (described(value) for value in (form.get_initial_for_field(field, name), form.cleaned_data.get(name, "")))
    return change(form._meta.model, name, labels.get(old, old), labels.get(new, new))


def apply(request, proposal: Proposal):
    """Save the proposal's form as the user of the request; the response of the form, 302 when it was saved."""
    return admin_of(proposal).change_view(posting(request, proposal), str(proposal.object_id))


def apply_due() -> tuple[int, int]:
    """Apply the approved proposals whose minute has come, as those who approved them; (applied, handed back because they no longer fit)."""
    applied = refused = 0
    for proposal in Proposal.objects.due():
        request = public_request("/admin/")
        request.user, request.session = proposal.decided_by, {}
        request._messages = Silent()
        fits = proposal.row is not None and latest_version(proposal.row) == proposal.approved_version
        if fits and apply(request, proposal).status_code == 302:
            applied += 1
        else:
            Proposal.objects.filter(pk=proposal.pk).update(decision="", decided_at=None, decided_by=None)
            refused += 1
    return applied, refused


class Silent:
    """Takes the messages of a save that nobody watches."""

    def add(self, *args, **kwargs):
        pass


class ProposalAdmin(admin.ModelAdmin):
    """The list of proposals, and the page on which one is decided."""

    list_display = ["__str__", "content_type", "proposed_by", "proposed_at", "apply_at", "decision", "applied_at"]
    list_filter = ["decision", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["content_type", "proposed_by"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<int:pk>/change/", view, name="core_proposal_change"), *super().get_urls()]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def decide_view(self, request, pk: int):
        """GET shows the differences; POST approves or sends back."""
        proposal = get_object_or_404(Proposal.objects.select_related("content_type", "proposed_by", "decided_by"), pk=pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decide(request, proposal)
        may_decide = proposal.decided_at is None and proposal.row is not None and admin_of(proposal).may_publish(request)
        context = {"proposal": proposal, "row": proposal.row, "may_decide": may_decide, "opts": self.opts, "title": _("Proposal")}
        changes = differences(request, proposal) if proposal.row and not proposal.applied_at else []
        return render(request, "admin/proposal.html", {**self.admin_site.each_context(request), **context, "changes": changes})

    def _decide(self, request, proposal: Proposal):
        if not admin_of(proposal).may_publish(request):
            raise PermissionDenied
        word, back = request.POST.get("word", "").strip(), redirect("admin:core_proposal_changelist")
        if proposal.decided_at:
            messages.warning(request, _("This proposal was decided already."))
            return back
        if "_return" in request.POST:
            proposal.decide("returned", request.user, word)
            messages.success(request, _("Sent back."))
            return back
        if proposal.apply_at and proposal.apply_at > timezone.now():
            proposal.decide("approved", request.user, word, latest_version(proposal.row))
            messages.success(request, _("Approved. It is applied at its minute."))
            return back
        if word:
            Proposal.objects.filter(pk=proposal.pk).update(word=f"{proposal.word}\n{word}".strip())
        return apply(request, proposal)
