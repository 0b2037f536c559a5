"""What is written down of what happens: lines of JSON that say when, who by number, what, and never whose data.

A message is written as it stands in the code, without the values that would be put into it; a fault as its kind and the
places in the code it came through, without its words. So no name, address or text of a visitor comes into a log.
"""

import json
import logging
import re
import secrets
import traceback
from datetime import UTC, datetime

from django.conf import settings

REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
LONGEST = 200


def request_id(request) -> str:
    """The number of a request as the front of the site gave it, else one of our own; the same for all lines of the request."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if not REQUEST_ID.fullmatch(given):
        given = request.META["HTTP_X_REQUEST_ID"] = secrets.token_hex(8)
    return given


def told_of(request) -> dict:
    """Number, method and route of a request, and the member of staff who sent it; never an address, which may hold a private link."""
    match = getattr(request, "resolver_match", None)
    told = {"request": request_id(request), "method": request.method[:16], "route": match.route if match else None}
    user = getattr(request, "user", None) if request.path_info.startswith(settings.STAFF_PATHS) else None
    if user is not None and user.is_authenticated:
        told |= {"user": user.pk, "role": user.role}
    return told


def fault_of(error: BaseException) -> dict:
    places = traceback.extract_tb(error.__traceback__)[-8:]
    return {"fault": type(error).__name__, "places": [f"{place.filename}:{place.lineno} {place.name}" for place in places]}


class JsonLines(logging.Formatter):
    """One record as one line of ASCII; ``extra`` may hold the request, the row that it is about, and more facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "log": record.name, "what": str(record.msg)[:LONGEST]}
        if hasattr(getattr(record, "request", None), "META"):
            line |= told_of(record.request)
        if hasattr(record, "row"):
            line["row"] = f"{record.row._meta.label_lower} {record.row.pk}"
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line |= fault_of(record.exc_info[1])
        return json.dumps(line)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "tokyo_career.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Refused requests are the visitor's business, not an alarm; those of staff are in the audit log.
        "django": {"handlers": [], "level": "WARNING"},
        "django.security": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        "audit": {"level": "INFO"},
    },
}
