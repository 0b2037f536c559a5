from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from post_office import mail


def send(user, deed: str, **context) -> None:
    """Queue ``staff/mail/<deed>.<language>.txt`` (first line: subject) to a member of staff, in the running transaction."""
    if not user.email:
        return
    with translation.override(user.language):
        text = render_to_string(f"staff/mail/{deed}.{user.language}.txt", {"user": user, "origin": settings.SITE_ORIGIN, **context})
    subject, _line, body = text.partition("\n")
    mail.send(user.email, subject=subject.strip(), message=body.strip() + "\n")
