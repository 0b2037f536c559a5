"""The page of one case in the admin: what was said, and the deeds of the desk. GET shows and is noted; POST does one deed."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from core.audit import AUDIT
from desk.cases import CLOSED, Case
from desk.exchange import Sight
from desk.staff_forms import AssignForm, DetailsForm, HandOverForm, MergeForm, NoteForm, ReplyForm
from desk.topics import topic_choices

LOOKING = timedelta(minutes=10)
"""Whoever opened the case in this time may be answering it."""

FORMS = {"reply": ReplyForm, "note": NoteForm, "assign": AssignForm, "hand_over": HandOverForm, "merge": MergeForm}


def forms_for(case: Case, user) -> dict:
    return {**{name: form(case=case, user=user) for name, form in FORMS.items()}, "details": DetailsForm(instance=case)}


def bound_form(name: str, request, case: Case):
    if name == "details":
        return DetailsForm(request.POST, instance=Case.objects.get(pk=case.pk))
    return FORMS[name](request.POST, case=case, user=request.user)


def show(model_admin, request, case: Case, forms: dict | None = None):
    """The page; every opening is noted, and colleagues who opened it lately are named."""
    others = Sight.objects.filter(case=case, seen_at__gt=timezone.now() - LOOKING).exclude(user=request.user)
    looking = list(others.values("user__username").annotate(at=Max("seen_at")).order_by("-at"))
    Sight.objects.create(case=case, user=request.user)
    AUDIT.info("case opened", extra={"request": request, "row": case})
    context = {
        **model_admin.admin_site.each_context(request), "opts": model_admin.opts, "title": case.number, "case": case, "looking": looking,
        "thread": case.messages.select_related("author").prefetch_related("attachments"), "notes": case.notes.select_related("author"),
        "topic": dict(topic_choices()).get(case.topic, case.topic), "forms": {**forms_for(case, request.user), **(forms or {})},
        "sights": case.sights.select_related("user")[:20] if request.user.role == "operator" else [], "is_closed": case.state == CLOSED,
        "may_change": model_admin.has_change_permission(request, case) and not case.erased_at and not case.merged_into_id,
    }  # fmt: skip
    return render(request, "admin/case.html", context)


@transaction.atomic
def act(model_admin, request, case: Case):
    """Do the deed that was posted and come back; a form with an error is shown again with what was typed.

    Colleagues who press at the same moment are served one after the other, each with what the one before wrote.
    """
    Case.objects.select_for_update().get(pk=case.pk)
    name = request.POST.get("deed", "")
    if name in SIMPLE:
        told = SIMPLE[name](case, request.user)
        return done(model_admin, request, case, told)
    if name == "insert":
        form = ReplyForm(request.POST, case=case, user=request.user)
        return show(model_admin, request, case, {"reply": form.inserted()})
    if name not in COMPLEX:
        return redirect(request.path)
    form = bound_form(name, request, case)
    if not form.is_valid():
        return show(model_admin, request, case, {name: form})
    return done(model_admin, request, case, COMPLEX[name](case, request.user, form.cleaned_data))


def done(model_admin, request, case: Case, told: str):
    """Note the deed in the log (its name only) and say it; who no longer sees the case goes to the list."""
    model_admin.log_change(request, case, told)
    messages.success(request, told)
    stays = Case.objects.seen_by(request.user).filter(pk=case.pk).exists()
    return redirect(request.path if stays else "admin:desk_case_changelist")


def reply(case: Case, user, data: dict) -> str:
    case.reply(user, data["body"], channel=data["channel"], asks=data["asks"], faq_answer=data["faq_answer"])
    return gettext("The answer goes out by mail.") if data["channel"] == "mail" else gettext("The answer was noted.")


def note(case: Case, user, data: dict) -> str:
    case.note(user, data["body"])
    return gettext("The note was kept.")


def assign(case: Case, user, data: dict) -> str:
    case.assign(data["owner"])
    return gettext("The owner was changed.")


def hand_over(case: Case, user, data: dict) -> str:
    case.hand_over(user, data["office"], data["note"])
    return gettext("The case was handed over.")


def merge(case: Case, user, data: dict) -> str:
    case.absorb(user, data["number"])
    return gettext("The duplicate was taken in.")


def mend(case: Case, user, data: dict) -> str:
    case.mend(**data)
    return gettext("The details were changed.")


def take(case: Case, user) -> str:
    case.assign(user)
    return gettext("The case is yours now.")


def close(case: Case, user) -> str:
    case.close()
    return gettext("The case was closed.")


def reopen(case: Case, user) -> str:
    case.reopen()
    return gettext("The case is open again.")


COMPLEX = {"reply": reply, "note": note, "assign": assign, "hand_over": hand_over, "merge": merge, "details": mend}
SIMPLE = {"take": take, "close": close, "reopen": reopen}
