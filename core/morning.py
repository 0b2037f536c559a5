"""The morning list: everything on the site that needs a hand, by urgency, one click from where it is mended."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from post_office.models import STATUS, Email

from core.linkcheck import LinkFault
from core.links import content_models
from core.proposals import Proposal
from core.translation_state import matrix_of

NOW, SOON, LATER = 1, 2, 3
EDITOR, OPERATOR, COUNSELLOR, ADMINISTRATOR = "editor", "operator", "counsellor", "administrator"
URGENCY = {NOW: "now", SOON: "soon", LATER: "later"}


@dataclass(frozen=True, order=True)
class Line:
    """One thing to do: how urgent, whose (a role), what, where it is mended, and with which right."""

    urgency: int
    role: str
    text: str
    url: str
    right: str

    @property
    def role_label(self):
        return dict(get_user_model()._meta.get_field("role").choices)[self.role]

    @property
    def css(self) -> str:
        return URGENCY[self.urgency]


def list_of(model, query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + (f"?{query}" if query else "")


def form_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def may_view(model) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def overdue_checks():
    for model in content_models():
        for row in model.objects.published().filter(check_by__lt=timezone.localdate()):
            text = _("Check whether it is still true: %(page)s (was due on %(day)s)") % {"page": row, "day": row.check_by}
            yield Line(NOW, role_of(model), text, form_of(row), may_view(model))


def translation_gaps():
    for model in content_models():
        for row in matrix_of(model):
            for language, missing, outdated in row["cells"]:
                for state, count in (("missing", missing), ("outdated", outdated)):
                    if count:
                        yield gap_line(model, row, language, state, count)


def gap_line(model, row: dict, language: str, state: str, count: int) -> Line:
    words = {"kind": model._meta.verbose_name_plural, "field": row["label"], "language": language, "count": count}
    text = {
        "missing": _("Translation missing: %(kind)s, %(field)s (%(language)s): %(count)s"),
        "outdated": _("Translation outdated: %(kind)s, %(field)s (%(language)s): %(count)s"),
    }[state] % words
    gap = f"gap={row['owner']._meta.label_lower}:{row['field']}:{language}:{state}"
    return Line(SOON if state == "outdated" else LATER, role_of(model), text, list_of(model, gap), may_view(model))


def waiting_proposals():
    for proposal in Proposal.objects.waiting().select_related("content_type", "proposed_by"):
        text = _("Decide on the proposal of %(who)s: %(page)s") % {"who": proposal.proposed_by, "page": proposal}
        yield Line(NOW, EDITOR, text, reverse("admin:core_proposal_change", args=[proposal.pk]), "core.change_proposal")


def returned_proposals():
    week = timezone.now() - timedelta(days=7)
    for proposal in Proposal.objects.filter(decision="returned", decided_at__gte=week).select_related("content_type", "decided_by"):
        text = _("Sent back by %(who)s: %(page)s") % {"who": proposal.decided_by, "page": proposal}
        yield Line(SOON, OPERATOR, text, reverse("admin:core_proposal_change", args=[proposal.pk]), "core.view_proposal")


def scheduled_today():
    """What appears or vanishes by itself before the end of the day (Tokyo)."""
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for model in content_models():
        for field, text in (
            ("published_at", _("Appears today at %(time)s: %(page)s")),
            ("unpublish_at", _("Vanishes today at %(time)s: %(page)s")),
        ):
            for row in model.objects.filter(**{f"{field}__gt": now, f"{field}__lt": midnight}):
                words = {"time": timezone.localtime(getattr(row, field)).strftime("%H:%M"), "page": row}
                yield Line(SOON, role_of(model), text % words, form_of(row), may_view(model))


def broken_links():
    count = LinkFault.objects.count()
    if count:
        yield Line(SOON, EDITOR, _("Links that cannot be reached: %(count)s") % {"count": count}, list_of(LinkFault), may_view(LinkFault))


def failed_mails():
    count = Email.objects.filter(status=STATUS.failed).count()
    if count:
        text = _("Mails that could not be sent: %(count)s") % {"count": count}
        yield Line(NOW, ADMINISTRATOR, text, list_of(Email, f"status__exact={STATUS.failed}"), "post_office.view_email")


def role_of(model) -> str:
    """Agencies and events are Pasona's to keep right, everything else TMG's (staff/roles.py)."""
    return OPERATOR if model._meta.label_lower in ("agencies.agency", "events.event") else EDITOR


SOURCES = [overdue_checks, waiting_proposals, returned_proposals, failed_mails, scheduled_today, broken_links, translation_gaps]


def morning_list(user) -> list[Line]:
    """What a member of staff may mend, the most urgent first and their own before that of others.

    The admins with a ``morning_lines`` method add their own (licences, consents, cases).
    """
    own = [line for each in admin.site._registry.values() if hasattr(each, "morning_lines") for line in each.morning_lines(user)]
    lines = [*(line for source in SOURCES for line in source()), *own]
    return sorted((line for line in lines if user.has_perm(line.right)), key=lambda line: (line.urgency, line.role != user.role, line.text))
