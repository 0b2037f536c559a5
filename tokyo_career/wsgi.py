import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
application = get_wsgi_application()

# Imported late: settings and models must be ready.
from django.conf import settings  # noqa: E402
from django.urls import resolve  # noqa: E402

from core.pagecache import KeptPages  # noqa: E402
from tokyo_career.media import with_media  # noqa: E402

application = KeptPages(with_media(application), room=settings.KEPT_PAGES)
resolve("/healthz")  # loads all addresses and views, so that no visitor waits for it
