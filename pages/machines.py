"""Pages that only machines and those who test them read."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

GOOD_FOR = timedelta(days=180)
"""From the day on which it is read; RFC 9116 (2.5.5) asks for less than a year."""


@never_cache
@require_safe
def security_txt(request):
    """Whom to tell about a weakness, and how (RFC 9116)."""
    expires = datetime.combine(datetime.now(UTC).date() + GOOD_FOR, time(), UTC)
    lines = [
        f"Contact: mailto:{settings.SECURITY_MAIL}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.SITE_ORIGIN}/.well-known/security.txt",
        *(f"Policy: {settings.SITE_ORIGIN}{path}" for path in policy_pages()),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def policy_pages():
    for language in ("ja", "en"):
        with translation.override(language):
            yield reverse("pages:security")
