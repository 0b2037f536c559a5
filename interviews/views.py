from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core import taxonomy
from core.facets import Facet, Facets, countries_in, light_rows, whole_rows, yes
from core.links import page_of, with_page
from core.views import ContentDetailView, ContentListView
from interviews.models import Interview, Person

PER_PAGE = 100


def size_of(staff: int) -> list[str]:
    return [code for code, _label, low, high in taxonomy.COMPANY_SIZES if low <= staff <= high]


def facets() -> list[Facet]:
    """The filters of the wall, to find someone like oneself."""
    sizes = [(code, label) for code, label, _low, _high in taxonomy.COMPANY_SIZES]
    switch = [("1", pgettext("there is one", "Yes"))]
    return [
        Facet("from", _("From"), countries_in(get_language()), "origin"),
        Facet("work", _("Work"), taxonomy.JOB_FAMILIES, "job_family"),
        Facet("level", _("Japanese on arrival"), taxonomy.JAPANESE_LEVELS, "japanese_on_arrival"),
        Facet("road", _("Road taken"), taxonomy.ROUTES, "route"),
        Facet("size", _("Company size"), sizes, "company_staff", size_of),
        Facet("interview", _("With interview"), switch, "shows_interview", yes, is_switch=True),
        Facet("video", _("With video"), switch, "shows_video", yes, is_switch=True),
    ]


class PersonListView(ContentListView):
    """The wall of people, a hundred a page."""

    model = Person

    def get_context_data(self, **kwargs):
        columns = facets()
        chosen = Facets(columns, light_rows(self.object_list, columns), self.request.GET)
        page = page_of(chosen.results, self.request.GET.get("page", "1"), PER_PAGE)
        page.object_list = whole_rows(self.object_list, page.object_list)
        kept, total, origins = with_page(chosen.kept_query, page), len(chosen.rows), len(chosen.held["from"])
        return super().get_context_data(facets=chosen, page=page, total=total, origins=origins, kept_query=kept, **kwargs)


class PersonDetailView(ContentDetailView):
    model = Person


class InterviewDetailView(ContentDetailView):
    model = Interview
    slug_lookup = "person__slug"
