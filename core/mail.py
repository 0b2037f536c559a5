"""Mail is a row in the running transaction, in its reader's language; ``deliver_mail`` sends it later, one at a time.

Texts are files ``templates/<app>/mail/<deed>.<language>.txt``; the first line is the subject. Nothing in a name or a
message is ever read as a template: the finished words are stored.
"""

import secrets
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from post_office.connections import connections
from post_office.mail import create_attachments
from post_office.models import PRIORITY, STATUS, Email

OURS = {"X-TCG-Loop": "1"}
"""On every mail of ours, so that one that comes back is known."""

LEASE = timedelta(minutes=3)
"""So long a mail belongs to the sender that took it; after a kill it is taken again, with the same Message-ID."""

BACK_OFF_MINUTES = (1, 2, 4, 8, 16, 32, 60, 120, 240, 480, 480, 480)
"""Waits between the tries of one mail, about a day and a half in all; then it has failed."""

KEPT_DAYS = 30
"""After so many days the words of a mail are emptied."""


def written(deed: str, language: str, context: dict) -> tuple[str, str]:
    """Subject and body of ``<app>/<deed>`` in a language, as plain text."""
    app, _slash, name = deed.partition("/")
    with translation.override(language):
        template = get_template(f"{app}/mail/{name}.{language}.txt").template
        text = template.render(Context({"origin": settings.SITE_ORIGIN, **context}, autoescape=False))
    subject, _line, body = text.partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def new_message_id(owner: str) -> str:
    """A Message-ID (RFC 5322, 3.6.4) that begins with what the mail is about, such as ``case-12``."""
    return f"<{owner}.{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>"


def queue(
    to: str, deed: str, language: str, *, owner: str, sender: str = "", headers: dict | None = None, files=(),
    expires_at: datetime | None = None, **context,
) -> Email:  # fmt: skip
    """Queue one mail in the running transaction.

    ``owner`` names what it is about (``case-12``), by which ``forget`` finds it; ``files`` are (name, bytes, type);
    after ``expires_at`` (aware) it is not sent any more. Raises ValidationError for an address that is none.
    """
    subject, body = written(deed, language, context)
    mail = Email.objects.create(
        to=[to], from_email=sender or settings.DEFAULT_FROM_EMAIL, subject=subject, message=body, status=STATUS.queued,
        priority=PRIORITY.medium, message_id=new_message_id(owner), headers={**OURS, **(headers or {})}, expires_at=expires_at,
    )  # fmt: skip
    if files:
        named = {name: {"file": ContentFile(content, name), "mimetype": kind} for name, content, kind in files}
        mail.attachments.add(*create_attachments(named))
    return mail


def mails_about(owner: str):
    """The mail rows whose ``owner`` is this."""
    return Email.objects.filter(message_id__startswith=f"<{owner}.")


def forget(mails) -> int:
    """Delete mail rows with their attachments; the number of mails."""
    for mail in mails.prefetch_related("attachments"):
        for attachment in mail.attachments.all():
            attachment.file.delete(save=False)
            attachment.delete()
    return mails.delete()[1].get("post_office.Email", 0)


def empty_old_bodies(dry_run: bool = False) -> int:
    """Empty the words of mails older than 30 days; the number of mails."""
    old = Email.objects.filter(created__lt=timezone.now() - timedelta(days=KEPT_DAYS)).exclude(message="")
    return old.count() if dry_run else old.update(message="", subject="", html_message="")


def due() -> Q:
    """Waiting mails whose minute has come and whose time is not over."""
    now = timezone.now()
    return (
        Q(status__in=[STATUS.queued, STATUS.requeued])
        & (Q(scheduled_time=None) | Q(scheduled_time__lte=now))
        & (Q(expires_at=None) | Q(expires_at__gt=now))
    )


def take() -> Email | None:
    """The next due mail, taken so that no other sender takes it within the lease; None when there is none."""
    for pk in Email.objects.filter(due()).order_by("-priority", "pk").values_list("pk", flat=True)[:20]:
        if Email.objects.filter(due(), pk=pk).update(scheduled_time=timezone.now() + LEASE):
            return Email.objects.get(pk=pk)
    return None


def send(mail: Email) -> bool:
    """Hand a taken mail to the mail server; whether it took it. A mail it refused is tried again later, or has failed."""
    try:
        connections["default"].send_messages([mail.email_message()])
    except Exception as error:  # whatever the server or the network does, the row says it and the next mail goes on
        connections.close()
        note_failure(mail, error)
        return False
    Email.objects.filter(pk=mail.pk).update(status=STATUS.sent, last_updated=timezone.now())
    return True


def note_failure(mail: Email, error: Exception) -> None:
    tries = mail.number_of_retries or 0
    over = is_final(error) or tries >= len(BACK_OFF_MINUTES)
    wait = timedelta(minutes=0 if over else BACK_OFF_MINUTES[tries])
    mail.logs.create(status=STATUS.failed, message=str(error)[:500], exception_type=type(error).__name__)
    Email.objects.filter(pk=mail.pk).update(
        status=STATUS.failed if over else STATUS.requeued, number_of_retries=tries + 1, scheduled_time=timezone.now() + wait,
        last_updated=timezone.now(),
    )  # fmt: skip


def is_final(error: Exception) -> bool:
    """Whether every recipient was refused for good (5xx, RFC 5321, 4.2.1)."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(code >= 500 for code, _words in error.recipients.values())
