import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.generic import DetailView, ListView

from core.middleware import Gone
from core.models import SiteText

_known: dict[str, SiteText] = {}


def site_text() -> SiteText:
    """The words on every page; remembered for the page that is shown while the database is away."""
    _known["site"] = SiteText.objects.first() or SiteText()
    return _known["site"]


def site_wide(request) -> dict:
    """Context of every page: the words of the strip and footer, the origin, whether this is a demonstration."""
    return {
        "site": SimpleLazyObject(site_text),
        "demo": settings.DEMO,
        "origin": settings.SITE_ORIGIN,
        "without_mfa": not settings.STAFF_MFA,
    }


def csrf_failure(request, reason=""):
    """A form without its token: staff are told so; public pages take no forms, so there it is a wrong method."""
    request.refused_for = "form without its token"
    if request.path_info.startswith(settings.STAFF_PATHS):
        return render(request, "403.html", status=403)
    return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])


def server_error(request):
    """A fault of ours, without asking the database for anything: 503 when it is the database that does not answer, else 500."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    page = render_to_string("500.html", {"is_away": is_away, "site": _known.get("site")})
    if not is_away:
        return HttpResponseServerError(page)
    return HttpResponse(page, status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})


def too_many_requests(request):
    """Five wrong guesses: come back in five minutes."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "300"
    return response


class ContentListView(ListView):
    """The live rows of a model, with what their cards show."""

    def get_queryset(self):
        return self.model.objects.published().for_cards()


class ContentDetailView(DetailView):
    """One live row by its slug; 410 when it was withdrawn, 404 when it never was public."""

    slug_lookup = "slug"

    def get_queryset(self):
        return self.model.objects.published().for_page()

    def get_object(self, queryset=None):
        wanted = {self.slug_lookup: self.kwargs["slug"]}
        found = self.get_queryset().filter(**wanted).first()
        if found is None and self.model.objects.filter(**wanted, published_at__lte=timezone.now()).exists():
            raise Gone(self.request.path)
        if found is None:
            raise Http404(self.request.path)
        return found
