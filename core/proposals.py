"""Changes that wait: a form kept as a proposal, seen by whoever may publish, applied or sent back with a word."""

import json
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

OWN_BUTTONS = ("csrfmiddlewaretoken", "seen_version", "_propose", "_preview", "_save", "apply_at_0", "apply_at_1", "still_holds")


class ProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Neither applied nor sent back, nor approved for later."""
        return self.filter(decided_at=None)

    def due(self, at=None):
        """Approved for a moment that has come."""
        return self.filter(applied_at=None, decision="approved", apply_at__lte=at or timezone.now())


class Proposal(models.Model):
    """The changed form of a content page, kept until somebody who may publish decides."""

    DECISIONS = [("approved", _("approved")), ("returned", _("sent back"))]

    content_type = models.ForeignKey(ContentType, models.CASCADE, verbose_name=_("kind"))
    object_id = models.BigIntegerField()
    data = models.TextField(_("the form as it was sent"))
    files = models.JSONField(default=dict)
    apply_at = models.DateTimeField(
        _("apply at"), null=True, blank=True, help_text=_("Empty: at once when it is approved. Otherwise at this minute, Tokyo time.")
    )
    word = models.TextField(_("a word to the other side"), blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=10, choices=DECISIONS, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    approved_version = models.CharField(max_length=20, blank=True, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-proposed_at"]
        default_permissions = ("view", "change")

    def __str__(self):
        return f"{self.content_type.name} {self.row or self.object_id}"

    @property
    def row(self):
        return self.content_type.model_class()._base_manager.filter(pk=self.object_id).first()

    @property
    def change_url(self) -> str:
        label = f"{self.content_type.app_label}_{self.content_type.model}"
        return reverse(f"admin:{label}_change", args=[self.object_id])

    @classmethod
    @transaction.atomic
    def keep(cls, row, request, apply_at=None) -> "Proposal":
        """Keep what was posted, its files in the private storage."""
        posted = [(name, value) for name, values in request.POST.lists() for value in values if name not in OWN_BUTTONS]
        store = storages["private"]
        files = {
            name: store.save(f"proposals/{request.FILES[name].name}", ContentFile(content)) for name, content in request.kept_files.items()
        }
        kind = ContentType.objects.get_for_model(row)
        return cls.objects.create(
            content_type=kind, object_id=row.pk, data=urlencode(posted), files=files, apply_at=apply_at,
            proposed_by=request.user, word=request.POST.get("word", ""),
        )  # fmt: skip

    def posted(self) -> QueryDict:
        """The form's data as it was sent."""
        return QueryDict(self.data, mutable=True)

    def posted_files(self) -> MultiValueDict:
        return MultiValueDict({name: [uploaded(file)] for name, file in self.files.items()})

    @transaction.atomic
    def decide(self, decision: str, user, word: str = "", version: str = "") -> None:
        """Approve (the page as it is in a version) or send back, once; a second decision changes nothing."""
        proposal = Proposal.objects.select_for_update().get(pk=self.pk)
        if proposal.decided_at is None:
            Proposal.objects.filter(pk=self.pk).update(
                decision=decision,
                decided_by=user,
                decided_at=timezone.now(),
                approved_version=version,
                word="\n".join(filter(None, [proposal.word, word])),
            )
        self.refresh_from_db()

    def settle(self, user) -> None:
        """Its form was saved: approved, if it was not yet, and applied."""
        self.decide("approved", user)
        Proposal.objects.filter(pk=self.pk).update(applied_at=timezone.now())


def uploaded(name: str) -> SimpleUploadedFile:
    """A kept file as a browser would send it."""
    with storages["private"].open(name) as file:
        return SimpleUploadedFile(name.split("/")[-1], file.read())


def described(value) -> str:
    """A form value as one line of text."""
    if isinstance(value, (list, tuple, set)):
        return ", ".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else str("" if value is None else value)
