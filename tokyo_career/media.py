"""Uploaded files under /media/ for a server that stands alone; nginx or the object store does this in production."""

from django.conf import settings
from whitenoise import WhiteNoise

from tokyo_career.policy import add_file_headers

INLINE = (".avif", ".webp", ".mp4", ".vtt")


def _add_headers(headers, path, url) -> None:
    add_file_headers(headers, path, url)
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    if not path.endswith(INLINE):
        headers["Content-Disposition"] = "attachment"


def with_media(application):
    """The WSGI application, preceded by the public files of VAR/media with byte ranges (206, 416)."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    return WhiteNoise(
        application,
        root=settings.MEDIA_ROOT,
        prefix=settings.MEDIA_URL,
        autorefresh=True,
        allow_all_origins=False,
        max_age=31_536_000,
        immutable_file_test=lambda path, url: True,
        add_headers_function=_add_headers,
        mimetypes={".avif": "image/avif", ".vtt": "text/vtt"},
    )
