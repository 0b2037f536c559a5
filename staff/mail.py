from email.utils import make_msgid

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from post_office.models import PRIORITY, STATUS, Email


def send(user, deed: str, **context) -> None:
    """Queue ``staff/mail/<deed>.<language>.txt`` (first line: subject) to a member of staff, in the running transaction.

    The finished words are stored: the queue's own ``send`` would read them as a template once more.
    """
    if not user.email:
        return
    with translation.override(user.language):
        text = render_to_string(f"staff/mail/{deed}.{user.language}.txt", {"user": user, "origin": settings.SITE_ORIGIN, **context})
    subject, _line, body = text.partition("\n")
    Email.objects.create(
        to=[user.email], from_email=settings.DEFAULT_FROM_EMAIL, subject=subject.strip(), message=body.strip() + "\n",
        status=STATUS.queued, priority=PRIORITY.medium, message_id=make_msgid("staff", settings.MAIL_DOMAIN),
    )  # fmt: skip
