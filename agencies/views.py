from django.utils.translation import gettext as _
from django_countries import countries

from agencies.models import Agency
from core import taxonomy
from core.facets import Facet, Facets
from core.views import ContentDetailView, ContentListView


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
