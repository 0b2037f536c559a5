"""A page as readers would see it, before it is public: made live in a transaction that is rolled back."""

import base64
import io
import mimetypes
import re

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIRequest
from django.db import models, transaction
from django.http import Http404
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.forms import LANGUAGE_NAMES
from core.links import models_by_kind
from core.middleware import Gone
from core.models import missing_translations

SALT = "core.preview"
REVIEW_DAYS = 14
"""How long a link for a reviewer without an account works."""
MEDIA = re.compile(re.escape(settings.MEDIA_URL) + r"([\w./-]+\.(?:avif|webp))")
SCRIPT = re.compile(r"<script[^>]* src=[^>]*></script>\n?")


def public_request(path: str):
    """The request of an anonymous reader for a path."""
    place, _mark, query = path.partition("#")[0].partition("?")
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": place, "QUERY_STRING": query, "wsgi.input": io.BytesIO()}
    host, _colon, port = settings.SITE_ORIGIN.partition("://")[2].partition(":")
    return WSGIRequest({**environ, "SERVER_NAME": host, "SERVER_PORT": port or "80"})


def page_in(row, language: str) -> str:
    """The HTML of a live row's page, its pictures inside, so that it outlives the transaction; a sentence when there is no page."""
    with override(language):
        request = public_request(row.get_absolute_url())
        request.LANGUAGE_CODE = language
        match = resolve(request.path_info)
        request.resolver_match = match
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except (Gone, Http404):
            return _("Readers would not see this page, even when it is published: look at its licence and its dates.")
        html = (response.render() if hasattr(response, "render") else response).content.decode()
    html = SCRIPT.sub("", html)  # the frame of a preview runs none
    return MEDIA.sub(lambda found: inlined(found[1]) or found[0], html)


def inlined(name: str) -> str:
    """A public picture as a data address; empty when there is no such file."""
    if not default_storage.exists(name):
        return ""
    with default_storage.open(name) as file:
        return f"data:{mimetypes.guess_type(name)[0] or 'image/avif'};base64,{base64.b64encode(file.read()).decode()}"


def make_live(row) -> None:
    """Show a row to everybody, its holes filled in with a word: only ever inside a transaction that is rolled back."""
    for each in [*row.shown_with(), row]:
        each.lift_barriers()
        holes = {name: _("(not written yet)") for name in missing_translations(each, each.required_translations)}
        # Django's own update: nothing is told to the search index, because nothing of this stays.
        models.QuerySet(type(each)).filter(pk=each.pk).update(
            published_at=min(each.published_at or timezone.now(), timezone.now()), unpublish_at=None, **holes
        )
    row.refresh_from_db()


def pages_as_if_live(row) -> dict:
    """Language to HTML for a saved row, live or not. Leaves no trace."""
    with transaction.atomic():
        make_live(row)
        pages = {language: page_in(row, language) for language in LANGUAGE_NAMES}
        transaction.set_rollback(True)
    return pages


def preview_response(request, row, **context):
    """Both languages beside each other at the width of a phone."""
    frames = [(language, LANGUAGE_NAMES[language], html) for language, html in pages_as_if_live(row).items()]
    response = render(request, "admin/preview.html", {"frames": frames, "row": row, **context})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def review_link(row) -> str:
    token = signing.dumps([row._meta.model_name, row.pk], salt=SALT, compress=True)
    return f"{settings.SITE_ORIGIN}/preview/{token}/"


def review(request, token: str):
    """A draft for a reviewer without an account, for 14 days; 404 for every other address."""
    try:
        kind, pk = signing.loads(token, salt=SALT, max_age=REVIEW_DAYS * 86_400)
    except signing.BadSignature as error:
        raise Http404 from error
    row = models_by_kind()[kind].objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    return preview_response(request, row, is_review=True)
