"""Uploaded files as a phone asks for them: whole, in ranges, never as a page."""

import contextlib

import pytest
from django.conf import settings
from django.test import RequestFactory

from interviews.models import Clip
from tokyo_career.media import with_media

pytestmark = pytest.mark.django_db


def fetch(path: str, **headers):
    """Status, headers and body of a GET through the WSGI application."""
    answer = {}

    def start(status, response_headers):
        answer.update(status=int(status.split()[0]), headers=dict(response_headers))

    environ = RequestFactory().get(path, **headers).environ
    result = with_media(lambda environ, start_response: [b""])(environ, start)
    with contextlib.closing(result) if hasattr(result, "close") else contextlib.nullcontext():
        body = b"".join(result)
    return answer["status"], answer["headers"], body


def test_a_phone_plays_and_seeks_a_clip_by_byte_ranges():
    clip = Clip.objects.first()
    size = clip.h264_bytes
    status, headers, body = fetch(clip.h264.url, HTTP_RANGE="bytes=100-299")
    assert [status, headers["Content-Range"], len(body)] == [206, f"bytes 100-299/{size}", 200]
    assert headers["Content-Type"] == "video/mp4"
    assert fetch(clip.h264.url, HTTP_RANGE=f"bytes={size + 1}-")[0] == 416
    assert len(fetch(clip.h264.url)[2]) == size


def test_media_are_never_read_as_pages():
    headers = fetch(Clip.objects.first().av1.url)[1]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "immutable" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/media/../db.sqlite3", "/media/%2e%2e/secret_key", "/media//etc/passwd", "/media/clips/"])
def test_nothing_outside_the_media_folder_is_served(path):
    (settings.MEDIA_ROOT.parent / "secret_key").write_text("secret")
    assert b"secret" not in (fetch_or_nothing(path))


def fetch_or_nothing(path: str) -> bytes:
    try:
        return fetch(path)[2]
    except KeyError:
        return b""
