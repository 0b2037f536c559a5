import copy

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LONGEST_KEPT = 500_000
"""Characters of a form that is kept while its editor signs in again."""


class StaffSite(AdminSite):
    """The stock admin behind a second factor; a form posted after the session ended is not lost."""

    site_header = site_title = "TOKYO CAREER GUIDE"
    index_title = _("What would you like to edit?")

    def has_permission(self, request):
        return super().has_permission(request) and not self.lacks_second_factor(request)

    @staticmethod
    def lacks_second_factor(request) -> bool:
        return settings.STAFF_MFA and not is_mfa_enabled(request.user)

    def register(self, model_or_iterable, admin_class=None, **options):
        admin_class = admin_class or ModelAdmin
        super().register(model_or_iterable, type(admin_class.__name__, (KeepsForms, admin_class), {}), **options)

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.method == "POST" and not self.has_permission(request):
                keep_form(request)
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request, extra_context=None):
        """The morning list above the usual index."""
        from core.morning import morning_list  # the site is made before the models are ready

        return super().index(request, {"morning": morning_list(request.user), **(extra_context or {})})

    def get_urls(self):
        return [path("translations/", self.admin_view(self.translations), name="translations"), *super().get_urls()]

    def translations(self, request):
        """The matrix of translations: model, field, language."""
        from core.matrix import matrix_for

        context = {"matrix": matrix_for(request.user), "title": gettext("Translations"), **self.each_context(request)}
        return render(request, "admin/translations.html", context)

    def login(self, request, extra_context=None):
        """Sign-in is allauth's; who is signed in without a second factor sets one up first."""
        if super().has_permission(request) and self.lacks_second_factor(request):
            return redirect("mfa_index")
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next", "/admin/"))

    def logout(self, request, extra_context=None):
        return redirect("account_logout")


def keep_form(request) -> None:
    """Keep what was posted (not its files) in the session until its owner has signed in."""
    data = request.POST.urlencode()
    if len(data) <= LONGEST_KEPT:
        request.session["kept_form"] = {"path": request.get_full_path(), "data": data}


class KeepsForms:
    """For every admin: shows a form again, filled, that was posted after the session ended; saves nothing by itself."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        kept = request.session.get("kept_form") if request.method == "GET" else None
        if kept and kept["path"] == request.get_full_path():
            del request.session["kept_form"]
            request = copy.copy(request)
            request.method, request.POST, request.is_kept = "POST", QueryDict(kept["data"]), True
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """A number that is not there, or not theirs, is not found; the stock admin would lead to the first page."""
        raise Http404

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (KeptForm, form), {}) if getattr(request, "is_kept", False) else form


class KeptForm:
    def clean(self):
        cleaned = super().clean()
        self.add_error(
            None, gettext("You were signed out before this was saved. Nothing is lost: choose pictures and files again, then save.")
        )
        return cleaned
