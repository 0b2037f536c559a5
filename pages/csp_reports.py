"""What browsers report about the Content-Security-Policy: counted by directive, blocked origin and page; nothing about who sent it."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models import F
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

LONGEST = 16 * 1024
MOST_A_MINUTE = 60
MOST_ROWS = 300
"""Bytes of a report, reports that are read in a minute from all browsers together, and lines that are kept."""

NEW = timedelta(days=7)
KINDS = ("application/csp-report", "application/reports+json")
DIRECTIVE = re.compile(r"[a-z]{2,20}(-[a-z]{2,20}){0,4}")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[a-z0-9.:\[\]-]{1,100}|[a-z][a-z-]{1,30}")
SECRETS = {"token", "key", "uidb36", "object_id"}
"""Names of the parts of an address that only its reader should know, or that anybody may fill with anything."""


class CspReportQuerySet(models.QuerySet):
    def new(self):
        return self.filter(last_at__gt=timezone.now() - NEW)

    def count_one(self, directive: str, blocked: str, page: str) -> None:
        """One more of the same; the first of its kind makes a line, as long as there are not too many."""
        same = {"directive": directive, "blocked": blocked, "page": page}
        if self.filter(**same).update(count=F("count") + 1, last_at=timezone.now()) or self.count() >= MOST_ROWS:
            return
        self.get_or_create(**same)


class CspReport(models.Model):
    """So many times something was kept from loading on a page."""

    directive = models.CharField(_("rule"), max_length=100)
    blocked = models.CharField(_("what was kept from loading"), max_length=130)
    page = models.CharField(_("page"), max_length=200)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    objects = CspReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a browser")
        verbose_name_plural = _("reports of browsers")
        ordering = ["-last_at"]
        default_permissions = ("view", "delete")
        constraints = [models.UniqueConstraint(fields=["directive", "blocked", "page"], name="one_line_a_kind_of_report")]

    def __str__(self):
        return f"{self.directive}: {self.blocked}"


@csrf_exempt
@require_POST
def csp_report(request):
    """Takes reports in; 204 whatever is in them, so that nobody learns what is kept."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 9 or int(length) > LONGEST:
        return HttpResponse(status=413)
    if request.content_type not in KINDS:
        return HttpResponse(status=415)
    if is_too_much():
        response = HttpResponse(status=429)
        response.headers["Retry-After"] = "60"
        return response
    for body in bodies_of(request.read(LONGEST)):
        told = facts_of(body)
        if told:
            CspReport.objects.count_one(*told)
    return HttpResponse(status=204)


def is_too_much() -> bool:
    minute = f"csp-reports-{timezone.now():%H%M}"
    cache.add(minute, 0, 120)
    try:
        return cache.incr(minute) > MOST_A_MINUTE
    except ValueError:  # the line went between the two commands
        return False


def bodies_of(data: bytes) -> list[dict]:
    """The reports in a body of either kind, twenty at most; none in rubbish."""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        return []
    if isinstance(read, dict):
        found = [read.get("csp-report")]
    elif isinstance(read, list):
        found = [item.get("body") for item in read[:20] if isinstance(item, dict) and item.get("type") == "csp-violation"]
    else:
        found = []
    return [body for body in found if isinstance(body, dict)]


def facts_of(body: dict) -> tuple[str, str, str] | None:
    """Directive, blocked origin and page of a report about a page of ours; None for all else."""
    directive = first_text(body, "effective-directive", "effectiveDirective", "violated-directive").partition(" ")[0]
    blocked = origin_of(first_text(body, "blocked-uri", "blockedURL") or "inline")
    page = page_of(first_text(body, "document-uri", "documentURL"))
    return (directive, blocked, page) if DIRECTIVE.fullmatch(directive) and ORIGIN.fullmatch(blocked) and page else None


def first_text(body: dict, *names: str) -> str:
    return next((body[name][:2_000] for name in names if isinstance(body.get(name), str) and body[name]), "")


def origin_of(address: str) -> str:
    """Scheme and host of an address; a word such as ``inline`` or ``data`` as it is."""
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else parts.scheme or address.lower()


def page_of(address: str) -> str:
    """The path of a page of ours without its query; only the pattern of it where the path itself is a secret."""
    try:
        parts = urlsplit(address)
        path = unquote(parts.path)
        with translation.override(translation.get_language_from_path(path)):
            match = resolve(path)
    except (ValueError, Resolver404):
        return ""
    if parts.netloc != urlsplit(settings.SITE_ORIGIN).netloc or not path.isprintable():
        return ""
    return (f"/{match.route}" if SECRETS & match.kwargs.keys() else path)[:200]
