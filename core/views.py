from django.conf import settings
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.generic import DetailView, ListView

from core.middleware import Gone
from core.models import SiteText


def site_wide(request) -> dict:
    """Context of every page: the words of the strip and footer, the origin, whether this is a demonstration."""
    return {
        "site": SimpleLazyObject(lambda: SiteText.objects.first() or SiteText()),
        "demo": settings.DEMO,
        "origin": settings.SITE_ORIGIN,
        "without_mfa": not settings.STAFF_MFA,
    }


def csrf_failure(request, reason=""):
    """A form without its token: staff are told so; public pages take no forms, so there it is a wrong method."""
    if request.path_info.startswith(settings.STAFF_PATHS):
        return render(request, "403.html", status=403)
    return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])


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
