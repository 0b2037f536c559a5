"""The staff's pages: their policy, the end of their sessions, nothing kept anywhere."""

import logging
import time

from django.conf import settings
from django.contrib.auth import logout
from django.urls import reverse

AUDIT = logging.getLogger("audit")
FACTORS = ("mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")
LONGEST = 8 * 60 * 60
IDLE = 60 * 60
EVERY = 60
"""Seconds: a session at most, without a request, and between two notes of the last request."""


class StaffPages:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(settings.STAFF_PATHS):
            return self.get_response(request)
        end_when_over(request)
        response = self.get_response(request)
        note_wrong_factor(request, response)
        if not hasattr(response, "_csp_replace"):
            response._csp_replace = settings.STAFF_POLICY
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if request.method == "POST" and request.path_info == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response


def note_wrong_factor(request, response) -> None:
    """A form of a second factor that is shown again held a wrong one."""
    match = request.resolver_match
    if request.method == "POST" and response.status_code == 200 and match and match.url_name in FACTORS:
        stage = getattr(request, "_login_stage", None)
        account = stage.login.user.pk if stage else request.user.pk
        AUDIT.warning("second factor failed", extra={"request": request, "facts": {"account": account}})


def end_when_over(request) -> None:
    """Sign out after 8 hours, or 60 minutes without a request."""
    if not request.user.is_authenticated:
        return
    now, session = int(time.time()), request.session
    began, seen = session.setdefault("began_at", now), session.setdefault("seen_at", now)
    if now - began > LONGEST or now - seen > IDLE:
        AUDIT.info("session over", extra={"request": request})
        logout(request)
    elif now - seen > EVERY:
        session["seen_at"] = now
