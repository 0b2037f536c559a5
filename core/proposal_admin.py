"""Preview, proposals and their decision in the admin: forms that are tried out without leaving a trace."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from core.forms import moment_of
from core.images import PhotoFieldFile
from core.preview import pages_as_if_live, preview_response, review_link
from core.proposals import Proposal

REHEARSALS = ("_preview", "_propose")


def is_rehearsal(request) -> bool:
    return any(button in request.POST for button in REHEARSALS)


class ProposalMixin:
    """Forms can be previewed and kept as proposals; those who may only propose see a form that saves nothing."""

    def get_urls(self):
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/<str:language>/", view, name=f"{label}_preview"), *super().get_urls()]

    def preview_view(self, request, pk: int, language: str):
        """The saved row's page in one language, live or not."""
        row = self.get_object(request, str(pk))
        if row is None or not self.has_view_permission(request, row) or language not in ("ja", "en"):
            raise PermissionDenied
        return HttpResponse(pages_as_if_live(row)[language])

    def create_revision(self, request):
        return transaction.atomic() if is_rehearsal(request) else super().create_revision(request)

    def may_propose(self, request) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.propose_{self.opts.model_name}")

    def may_publish(self, request) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.publish_{self.opts.model_name}")

    def has_change_permission(self, request, obj=None):
        return getattr(request, "is_proposing", False) or super().has_change_permission(request, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if object_id and not super().has_change_permission(request) and self.may_propose(request):
            request.is_proposing = True
            if request.method == "POST" and not is_rehearsal(request):
                raise PermissionDenied
        if "_propose" in request.POST:
            # Saving as if closes the uploads: what is kept is read before.
            request.kept_files = {name: file.read() for name, file in request.FILES.items()}
            for file in request.FILES.values():
                file.seek(0)
        response = super().changeform_view(request, object_id, form_url, extra_context)
        row = getattr(request, "proposed_row", None)
        return self._kept(request, row) if row else response

    def _kept(self, request, row):
        Proposal.keep(row, request, apply_at=moment_of(request.POST))
        messages.success(request, _("Kept as a proposal. Whoever may publish this page sees it on the first page of the admin."))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if is_rehearsal(request):
            request.written_files = [*getattr(request, "written_files", []), *written_by(form, formsets)]

    def response_change(self, request, obj):
        if is_rehearsal(request):
            return self._rehearsed(request, obj)
        for proposal in Proposal.objects.filter(pk=number_in(request.POST, "proposal"), object_id=obj.pk):
            proposal.settle(request.user)
        return super().response_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        if not is_rehearsal(request):
            return super().response_add(request, obj, post_url_continue)
        return self._rehearsed(request, obj)

    def _rehearsed(self, request, obj):
        """After the form was saved as if: show or note it, then undo everything, files included."""
        response = preview_response(request, obj) if "_preview" in request.POST else HttpResponse()
        if "_propose" in request.POST:
            request.proposed_row = obj
        transaction.set_rollback(True)
        for file in request.written_files:
            if isinstance(file, PhotoFieldFile):
                file.delete_renditions()
            file.storage.delete(file.name)
        return response

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {
            "may_propose": self.may_propose(request) and change,
            "is_proposing": getattr(request, "is_proposing", False),
            "proposal": request.POST.get("proposal", ""),
            "preview_kind": True,
            "waiting": list(waiting_for(obj)) if change and obj else [],
            "review_link": review_link(obj) if change and obj and self.may_publish(request) else "",
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


def waiting_for(row) -> models.QuerySet:
    kind = {"content_type__app_label": row._meta.app_label, "content_type__model": row._meta.model_name}
    return Proposal.objects.waiting().filter(object_id=row.pk, **kind).select_related("proposed_by", "content_type")


def number_in(data, name: str) -> int | None:
    return int(data[name]) if data.get(name, "").isdigit() else None


def all_forms(form, formsets) -> list:
    return [form, *(each for formset in formsets for each in formset.forms)]


def written_by(form, formsets) -> list:
    """The files that saving the forms has written."""
    return [file for each in all_forms(form, formsets) for file in new_files(each)]


def new_files(form) -> list:
    fields = {f.name for f in form._meta.model._meta.concrete_fields if isinstance(f, models.FileField)}
    return [getattr(form.instance, name) for name in form.changed_data if name in fields and getattr(form.instance, name)]
