"""The yardstick of kept pages: a Django view without middleware that returns bytes which lie ready (folder BARE)."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

settings.configure(SECRET_KEY="only for measuring, on the own machine, " * 2, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
PAGES = {file.name.replace("|", "/"): file.read_bytes() for file in Path(os.environ["BARE"]).iterdir()}


def page(request):
    return HttpResponse(PAGES[request.path], headers={"Content-Encoding": "br"})


urlpatterns = [re_path("", page)]
application = get_wsgi_application()
