"""Uploaded files under /media/ for a server that stands alone; nginx or the object store does this in production."""

from django.conf import settings
from whitenoise import WhiteNoise

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
INLINE = (".avif", ".webp", ".mp4", ".vtt")


def _add_headers(headers, path, url) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
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
