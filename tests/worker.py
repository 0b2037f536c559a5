"""A worker with its kept pages, and a reader before it."""

from contextlib import contextmanager

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from core.pagecache import KeptPages

MEGABYTE = 1024 * 1024


@contextmanager
def line_kept_open():
    """The server closes a line to the database that is in a transaction; a test's is in one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Reader:
    """A reader before one worker: asks through the layer of kept pages; ``rendered`` are the paths that reached Django."""

    def __init__(self, room: int = 16 * MEGABYTE):
        self.rendered, self.django = [], WSGIHandler()
        self.worker = KeptPages(self.application, room)

    def application(self, environ, start_response):
        self.rendered.append(environ["PATH_INFO"])
        return self.django(environ, start_response)

    def get(self, path: str, method: str = "GET", **headers):
        environ = getattr(RequestFactory(), method.lower())(path, headers={"host": "testserver", **headers}).environ
        told = []
        with line_kept_open():
            body = b"".join(self.worker(environ, lambda *start: told.extend(start[:2])))
        return int(told[0][:3]), dict(told[1]), body

    def page(self, path: str) -> str:
        return self.get(path)[2].decode()
