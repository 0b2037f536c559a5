"""Questions that many ask and no public answer says: from a case to a draft of the FAQ, without the person."""

import re
import secrets
from datetime import timedelta

import reversion
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from core.links import models_by_kind
from desk.cases import Case
from desk.topics import topic_choices

LOOKED_BACK = timedelta(days=90)
SHOWN = 8
DRAFT = "from-the-desk-"
"""How the address of a draft begins that was made from a case."""

TRACES = re.compile(r"https?://\S+|www\.\S+|[^\s@<>]+@[^\s@<>]*\w|\+?\d[\d\s().-]{5,}\d|\d{4,}")
"""Addresses of the web and of mail, numbers of phones and papers."""

GREETING = re.compile(
    r"^\s*(?:(?:dear|hello|hi|good (?:morning|afternoon|evening)|my name is|i am|i'm|best regards|regards|sincerely|thank you|thanks)\b"
    r"|こんにちは|はじめまして|初めまして|お世話に|私は|私の名前|よろしく|宜しく|敬具|拝啓)",
    re.IGNORECASE,
)


def without_person(text: str, case: Case) -> str:
    """The words of a question without greetings, names and addresses; sentences that introduce the writer are left out."""
    parts = re.split(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+", TRACES.sub("…", text))
    kept = " ".join(part.strip() for part in parts if part.strip() and not GREETING.match(part))
    for word in sorted(re.split(r"[\s　・,]+", case.name), key=len, reverse=True):
        kept = re.sub(re.escape(word), "…", kept, flags=re.IGNORECASE) if len(word) > 1 else kept
    return kept.strip()


class WantedPages:
    """For the admin of cases: topics by how many asked without a public answer, and the click that makes a draft."""

    def get_urls(self):
        return [
            path("wanted/", self.admin_site.admin_view(self.wanted_page), name="desk_case_wanted"),
            path("<int:pk>/draft/", self.admin_site.admin_view(require_POST(self.draft)), name="desk_case_draft"),
            *super().get_urls(),
        ]

    def wanted_page(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            "opts": self.opts,
            "title": gettext("Answers wanted"),
            "topics": wanted_by(request.user),
            "may_draft": may_draft(request.user),
        }
        return render(request, "admin/wanted.html", {**self.admin_site.each_context(request), **context})

    def draft(self, request, pk: int):
        case = get_object_or_404(self.get_queryset(request).filter(erased_at=None), pk=pk)
        if not may_draft(request.user):
            raise PermissionDenied
        question = draft_from(case, request.user)
        if question is None:
            messages.error(request, gettext("First give the case one of the topics of the FAQ, under “Details”."))
            return redirect("admin:desk_case_change", pk)
        messages.success(request, gettext("A draft was made. Read it once more: a name in the middle of a sentence may be left."))
        return redirect(reverse("admin:faq_question_change", args=[question.pk]))


def may_draft(user) -> bool:
    return user.has_perm("faq.propose_question") or user.has_perm("faq.add_question")


def wanted_by(user) -> list[dict]:
    """Topics with the cases of the last 90 days that no public answer was linked to, the most frequent first."""
    recent = Case.objects.seen_by(user).filter(opened_at__gt=timezone.now() - LOOKED_BACK, merged_into=None, erased_at=None)
    groups: dict[str, list] = {}
    for case in recent.filter(faq_answer="").only("pk", "opened_at", "topic").order_by("-opened_at"):
        groups.setdefault(case.topic, []).append(case)
    names = dict(topic_choices())
    rows = [{"name": names.get(topic, topic), "count": len(cases), "cases": cases[:SHOWN]} for topic, cases in groups.items()]
    return sorted(rows, key=lambda row: -row["count"])


@transaction.atomic
def draft_from(case: Case, user):
    """A draft question in the topic of the case, in its language, without its person; None when the topic is none of the FAQ's."""
    topic = models_by_kind()["category"].objects.filter(slug=case.topic).first()
    if topic is None:
        return None
    first, *answers = [message.body for message in case.messages.all() if message.is_from_visitor or message.author_id]
    asked, answered = without_person(first, case), without_person(answers[-1] if answers else "", case)
    language = case.language
    texts = {"title": asked[:200], "answer": answered, "body": linebreaks(escape(answered))}
    with reversion.create_revision():
        reversion.set_user(user)
        return models_by_kind()["question"].objects.create(
            category=topic, slug=DRAFT + secrets.token_hex(4), order=999, is_advice=True,
            **{f"{name}_{language}": text for name, text in texts.items()},
        )  # fmt: skip
