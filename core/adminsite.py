from csp.constants import NONCE, SELF
from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _

# Tiptap writes one <style> of fixed text; its hash changes with upgrades of the editor and a browser test notices.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
STAFF_POLICY = {
    "script-src": [SELF, NONCE],
    "style-src": [SELF, EDITOR_STYLE],
    "img-src": [SELF, "data:"],
    "require-trusted-types-for": None,
    "trusted-types": None,
}


class StaffSite(AdminSite):
    """The stock admin under the public policy less Trusted Types, plus what the editor needs."""

    site_header = site_title = "TOKYO CAREER GUIDE"
    index_title = _("What would you like to edit?")

    def admin_view(self, view, cacheable=False):
        return csp_replace(STAFF_POLICY)(super().admin_view(view, cacheable))

    def login(self, request, extra_context=None):
        return csp_replace(STAFF_POLICY)(super().login)(request, extra_context)
