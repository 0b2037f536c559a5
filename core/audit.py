"""The audit log: a line for each refusal; what staff sign in to, open, take out and change is written where it happens.

Lines go to the logger ``audit``; ``tokyo_career.logs`` makes JSON of them and keeps personal data out.
"""

import logging

from django.conf import settings

AUDIT = logging.getLogger("audit")
REFUSALS = (403, 413, 429)


class Refusals:
    """Notes who was refused: every 403 and 429, and for staff the 404 of a row that is not theirs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        reason = getattr(request, "refused_for", None)
        if reason or response.status_code in REFUSALS or (response.status_code == 404 and is_staff(request)):
            facts = {"status": response.status_code, **({"why": reason} if reason else {})}
            AUDIT.info("refused", extra={"request": request, "facts": facts})
        return response


def is_staff(request) -> bool:
    user = getattr(request, "user", None) if request.path_info.startswith(settings.STAFF_PATHS) else None
    return user is not None and user.is_authenticated
