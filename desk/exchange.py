"""What belongs to a case: the words that went to and fro, the desk's notes, private addresses, and who looked."""

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.private_links import PrivateLink

CHANNELS = [("web", _("web form")), ("mail", _("mail")), ("phone", _("phone")), ("visit", _("in person"))]


def private_storage():
    return storages["private"]


class Message(models.Model):
    """Words of the visitor, or of the desk to the visitor; the visitor can read all of them."""

    case = models.ForeignKey("desk.Case", models.CASCADE, related_name="messages", verbose_name=_("case"))
    is_from_visitor = models.BooleanField(_("from the visitor"), default=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("written by"))
    channel = models.CharField(_("channel"), max_length=8, choices=CHANNELS, default="web")
    body = models.TextField(_("words"))
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    message_id = models.CharField(max_length=255, null=True, blank=True, unique=True, editable=False)
    sender = models.CharField(_("sent from"), max_length=254, blank=True)
    left_out = models.TextField(_("files left out"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["sent_at", "pk"]

    def __str__(self):
        return f"{self.case_id}/{self.pk}"


class Attachment(models.Model):
    """A file that came with a message; kept where no public address leads."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments", verbose_name=_("message"))
    file = models.FileField(_("file"), upload_to="desk", storage=private_storage)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return f"{self.message_id}/{self.pk}"


class Note(models.Model):
    """Words of the desk to itself; no visitor ever sees them."""

    case = models.ForeignKey("desk.Case", models.CASCADE, related_name="notes", verbose_name=_("case"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("written by"))
    body = models.TextField(_("note"))
    written_at = models.DateTimeField(_("written at"), default=timezone.now)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["written_at", "pk"]

    def __str__(self):
        return f"{self.case_id}/{self.pk}"


class CaseLink(PrivateLink):
    case = models.ForeignKey("desk.Case", models.CASCADE, related_name="links")


class Sight(models.Model):
    """Who opened which case when; outlives the erasing of the case."""

    case = models.ForeignKey("desk.Case", models.CASCADE, related_name="sights", verbose_name=_("case"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("staff member"))
    seen_at = models.DateTimeField(_("opened at"), default=timezone.now)

    class Meta:
        verbose_name = _("opening of a case")
        verbose_name_plural = _("openings of cases")
        ordering = ["-seen_at"]
        indexes = [models.Index(fields=["case", "-seen_at"])]

    def __str__(self):
        return f"{self.case_id} {self.user_id} {self.seen_at:%Y-%m-%d %H:%M}"
