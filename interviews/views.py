from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from core import taxonomy
from core.facets import Facet, Facets
from core.views import ContentDetailView, ContentListView
from interviews.models import Interview, Person


def size_of(person: Person) -> list[str]:
    return [code for code, _label, low, high in taxonomy.COMPANY_SIZES if low <= person.company_staff <= high]


def origins_of(people: list[Person], asked: str) -> list[tuple[str, str]]:
    """The countries that the people come from, by name, and the one asked for if it is one."""
    codes = {person.origin.code for person in people} | ({asked} if asked in dict(countries) else set())
    return sorted(((code, countries.name(code)) for code in codes), key=lambda pair: pair[1])


def facets(people: list[Person], asked: str) -> list[Facet]:
    """The filters of the wall, to find someone like oneself."""
    sizes = [(code, label) for code, label, _low, _high in taxonomy.COMPANY_SIZES]
    return [
        Facet("from", _("From"), origins_of(people, asked), lambda p: [p.origin.code]),
        Facet("work", _("Work"), taxonomy.JOB_FAMILIES, lambda p: [p.job_family]),
        Facet("level", _("Japanese on arrival"), taxonomy.JAPANESE_LEVELS, lambda p: [p.japanese_on_arrival]),
        Facet("road", _("Road taken"), taxonomy.ROUTES, lambda p: [p.route]),
        Facet("size", _("Company size"), sizes, size_of),
        Facet(
            "interview",
            _("With interview"),
            [("1", pgettext("there is one", "Yes"))],
            lambda p: ["1"] if p.shows_interview else [],
            is_switch=True,
        ),
        Facet(
            "video",
            _("With video"),
            [("1", pgettext("there is one", "Yes"))],
            lambda p: ["1"] if p.shows_video else [],
            is_switch=True,
        ),
    ]


class PersonListView(ContentListView):
    model = Person

    def get_context_data(self, **kwargs):
        people = list(self.object_list)
        chosen = Facets(facets(people, self.request.GET.get("from", "")), people, self.request.GET)
        origins = len({person.origin.code for person in people})
        return super().get_context_data(facets=chosen, total=len(people), origins=origins, kept_query=chosen.kept_query, **kwargs)


class PersonDetailView(ContentDetailView):
    model = Person


class InterviewDetailView(ContentDetailView):
    model = Interview
    slug_lookup = "person__slug"
