import re

from django.db import models
from django.db.models.functions import Cast
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.forms import ApplicationForm
from agencies.models import Agency, Application
from core import taxonomy
from core.facets import Facet, Facets, countries_in, light_rows, several, whole_rows
from core.links import page_of, with_page
from core.views import ContentDetailView, ContentListView
from core.visitors import NOTICE, count_one, form_page, form_shown, onward, refuse_for_now, seconds_to_wait

PER_PAGE = 25
NUMBER = re.compile(r"A\d{4}-\d{5,9}", re.ASCII)


def facets() -> list[Facet]:
    fields, languages = (Cast(name, models.TextField()) for name in ("fields", "languages"))
    return [
        Facet("field", _("Field"), taxonomy.JOB_FAMILIES, fields, several),
        Facet("language", _("Language"), taxonomy.LANGUAGES, languages, several),
        Facet("country", _("Places people from"), countries_in(get_language()), "countries", several),
        Facet("area", _("Area"), taxonomy.AREAS, "area"),
    ]


class AgencyListView(ContentListView):
    """The agencies in the order of the day."""

    model = Agency

    def get_context_data(self, **kwargs):
        columns = facets()
        chosen = Facets(columns, light_rows(self.object_list.in_turn(), columns), self.request.GET)
        page = page_of(chosen.results, self.request.GET.get("page", "1"), PER_PAGE)
        page.object_list = whole_rows(self.object_list, page.object_list)
        return super().get_context_data(facets=chosen, page=page, kept_query=with_page(chosen.kept_query, page), **kwargs)


class AgencyDetailView(ContentDetailView):
    model = Agency


@form_page
def apply(request):
    """An agency asks to be listed."""
    form = ApplicationForm(request.POST if request.method == "POST" else None)
    return send(request, form) if form.is_valid() else apply_page(request, form)


def send(request, form: ApplicationForm):
    """Keep the application and say so, the same for a known licence and a new one; a click too many leads to the same page."""
    is_known = Application.objects.filter(submission=form.submission).exists()
    wait = 0 if is_known else seconds_to_wait(request, "apply", form.cleaned_data["contact_email"])
    if wait:
        refuse_for_now(form, wait)
        return apply_page(request, form, wait)
    application = Agency.objects.apply(
        form.agency(), submission=form.submission, language=get_language(), notice=NOTICE, consented_at=timezone.now(), **form.application()
    )
    if not is_known:
        count_one(request, "apply", application.contact_email)
    return onward("agencies:done", query=f"?number={application.number}")


def apply_page(request, form: ApplicationForm, wait: int = 0):
    return form_shown(request, "agencies/apply.html", {"form": form}, wait)


@require_safe
def applied(request):
    """What happens next, with the number of the receipt."""
    number = request.GET.get("number", "")
    return render(request, "agencies/applied.html", {"number": number if NUMBER.fullmatch(number) else ""})
