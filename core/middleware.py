"""What every request meets: a calm answer to nonsense, its language, its headers."""

import brotli
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from core.pagecache import is_nonsense

COMPRESSED = ("text/html", "application/xml", "application/atom+xml", "text/calendar", "text/plain", "application/manifest+json")
SMALLEST = 400


class Gone(Exception):
    """Raised by a view for a page that was public once and was withdrawn."""


def language_of(request) -> str:
    """``ja`` or ``en``: from the address, else what the reader accepts, else English."""
    return translation.get_language_from_path(request.path_info) or translation.get_language_from_request(request)


class SpeakPlainly:
    """Nonsense gets a page in the reader's language.

    400 for an address with NUL or line breaks or of more than 2,000 characters, 405 for a wrong method.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        nonsense = is_nonsense(request.path_info + request.META.get("QUERY_STRING", ""))
        if nonsense and not request.path_info.startswith(settings.STAFF_PATHS):
            return self.page(request, 400)
        response = self.get_response(request)
        if response.status_code == 405 and not request.path_info.startswith(settings.STAFF_PATHS):
            page = self.page(request, 405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    @staticmethod
    def page(request, status: int):
        with translation.override(language_of(request)):
            return render(request, f"{status}.html", status=status)


class LanguageMiddleware(LocaleMiddleware):
    """Pages speak the language of their address; staff pages that of the member of staff, Japanese by default."""

    def process_request(self, request):
        staff = request.path_info.startswith(settings.STAFF_PATHS)
        language = self._staff_language(request) if staff else language_of(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request, response):
        if request.path_info.startswith(settings.STAFF_PATHS):
            return response
        return super().process_response(request, response)

    @staticmethod
    def _staff_language(request) -> str:
        user = get_user(request)
        return getattr(user, "language", "ja")


class GoneMiddleware:
    """A withdrawn page answers 410 in the reader's language."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Gone):
            return render(request, "410.html", status=410)
        return None


class PublicHeaders:
    """Public pages may be kept by anybody but are asked for again; nothing here is for other sites to embed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path_info.startswith(settings.STAFF_PATHS):
            response.headers.setdefault("Cache-Control", "max-age=0, must-revalidate, s-maxage=1")
        if settings.DEMO:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


class BrotliMiddleware:
    """Pages as brotli 5 for readers that take it; gzip for the rest comes from Django."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if self._wanted(request, response):
            response.content = brotli.compress(response.content, quality=5)
            response.headers["Content-Encoding"] = "br"
            response.headers["Content-Length"] = str(len(response.content))
            patch_vary_headers(response, ("Accept-Encoding",))
        return response

    @staticmethod
    def _wanted(request, response) -> bool:
        kind = response.headers.get("Content-Type", "").split(";")[0]
        return (
            not response.streaming
            and not response.has_header("Content-Encoding")
            and kind in COMPRESSED
            and len(response.content) > SMALLEST
            and "br" in request.headers.get("Accept-Encoding", "").replace(" ", "").split(",")
        )
