import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
application = get_wsgi_application()

# Imported late: settings must be ready before the media folder is known.
from tokyo_career.media import with_media  # noqa: E402

application = with_media(application)
