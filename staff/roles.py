"""Who may do what: one table, applied to the groups by ``sync_roles``; nobody clicks permissions together.

Verbs are Django's permissions: view, add, change, delete, and two of ours on content: ``publish`` (decide what
the public sees) and ``propose`` (hand in a change that somebody with ``publish`` decides on).
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_lazy as _

EDITOR, OPERATOR, COUNSELLOR, ADMINISTRATOR = "editor", "operator", "counsellor", "administrator"
ROLES = [
    (EDITOR, _("TMG editor")),
    (OPERATOR, _("Pasona operator")),
    (COUNSELLOR, _("Desk counsellor")),
    (ADMINISTRATOR, _("Administrator")),
]
CONSENT_KEEPER = "consent-keeper"
"""Not a role but a right of its own, given to single accounts: the reference of the paper behind a consent."""

CONTENT = (
    "interviews.person", "interviews.interview", "faq.category", "faq.question", "steps.step", "agencies.agency",
    "guide.article", "events.event", "desk.office", "pages.page", "pages.accessibilitytest", "pages.notice",
)  # fmt: skip
PARTNERS = ("agencies.agency", "events.event")
"""What Pasona keeps right by itself; TMG alone decides on its first publication."""

EVERYTHING = ("view", "add", "change", "delete", "publish", "propose")
TABLE = {
    EDITOR: {
        **dict.fromkeys(CONTENT, EVERYTHING),
        "interviews.consent": ("view", "add", "change"),
        "desk.closure": ("view", "add", "change", "delete"),
        "core.sitetext": ("view", "change"),
        "core.proposal": ("view", "change"),
        "core.linkfault": ("view",),
        "desk.cannedreply": ("view", "change"),
        "desk.case": ("report_on",),
    },
    OPERATOR: {
        **dict.fromkeys(CONTENT, ("view", "propose")),
        **dict.fromkeys(PARTNERS, ("view", "add", "change", "propose")),
        "desk.closure": ("view", "add", "change", "delete"),
        "desk.case": ("view", "add", "change", "report_on"),
        "agencies.application": ("view", "change"),
        "events.registration": ("view", "change"),
        "desk.cannedreply": ("view", "add", "change", "delete"),
        "core.proposal": ("view",),
        "core.linkfault": ("view",),
    },
    COUNSELLOR: {
        "desk.office": ("view",),
        "desk.closure": ("view",),
        "desk.case": ("view", "add", "change"),
        "desk.cannedreply": ("view",),
    },
    ADMINISTRATOR: {
        "staff.user": ("view", "add", "change"),
        "post_office.email": ("view",),
        "pages.cspreport": ("view", "delete"),
    },
    CONSENT_KEEPER: {"interviews.consent": ("view", "view_paper_of")},
}


def codenames(model: str, verbs) -> list[str]:
    return [f"{verb}_{model.split('.')[1]}" for verb in verbs]


@transaction.atomic
def sync_roles() -> int:
    """Make the groups say exactly what the table says; the number of permissions given. Raises LookupError for a name that is not there."""
    Group.objects.exclude(name__in=TABLE).delete()
    return sum(_sync(role, rows) for role, rows in TABLE.items())


def _sync(role: str, rows: dict) -> int:
    known = {(p.content_type.app_label, p.codename): p for p in Permission.objects.select_related("content_type")}
    wanted = [(model.split(".")[0], name) for model, verbs in rows.items() for name in codenames(model, verbs)]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise LookupError(f"No such permissions: {missing}")
    group, _made = Group.objects.get_or_create(name=role)
    group.permissions.set([known[name] for name in wanted])
    return len(wanted)
