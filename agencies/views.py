import re

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from agencies.forms import ApplicationForm
from agencies.models import Agency, Application
from core import taxonomy
from core.facets import Facet, Facets
from core.views import ContentDetailView, ContentListView
from core.visitors import NOTICE, count_one, form_page, form_shown, onward, refuse_for_now, seconds_to_wait

NUMBER = re.compile(r"A\d{4}-\d{5,9}", re.ASCII)


def facets() -> list[Facet]:
    return [
        Facet("field", _("Field"), taxonomy.JOB_FAMILIES, lambda a: a.fields),
        Facet("language", _("Language"), taxonomy.LANGUAGES, lambda a: a.languages),
        Facet("country", _("Places people from"), list(countries), lambda a: [country.code for country in a.countries]),
        Facet("area", _("Area"), taxonomy.AREAS, lambda a: [a.area]),
    ]


class AgencyListView(ContentListView):
    model = Agency

    def get_context_data(self, **kwargs):
        chosen = Facets(facets(), self.object_list.in_turn(), self.request.GET)
        return super().get_context_data(facets=chosen, kept_query=chosen.kept_query, **kwargs)


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
