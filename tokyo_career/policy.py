"""What browsers may load on our pages, and the stylesheets that are inlined by hash."""

import base64
import hashlib
import re
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

SHEETS = Path(__file__).resolve().parent.parent / "static/css"

# Inlined without the blanks that only their authors need; the hashes in the policy allow exactly these texts.
STYLESHEETS = {
    name: re.sub(r"(?<=[a-z]): |, ", lambda match: match[0].strip(), re.sub(r"\s*([{};\n])\s*", lambda match: match[1].strip(), sheet))
    for name in ("site", "cards", "reading", "forms")
    for sheet in [(SHEETS / f"{name}.css").read_text()]
}
STYLE_HASHES = [f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" for sheet in STYLESHEETS.values()]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": STYLE_HASHES,
        "img-src": [SELF],
        "media-src": [SELF],
        "font-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["tcg"],
        "report-uri": ["/csp-report"],
    }
}
# The public policy less Trusted Types, with a nonce for the editor's import map and the one <style> of fixed text that
# Tiptap writes; its hash changes with upgrades of the editor and a browser test notices.
STAFF_POLICY = {
    "script-src": [SELF, NONCE],
    "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='", *STYLE_HASHES],
    "img-src": [SELF, "data:", "blob:"],
    "require-trusted-types-for": None,
    "trusted-types": None,
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_file_headers(headers, path, url) -> None:
    """A file, static or uploaded, is no page, whatever it is and whoever asks for it."""
    for name, value in FILE_HEADERS.items():
        headers[name] = value
