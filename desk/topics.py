"""Topics of cases are the topics of the public answers, and one for everything else."""

from django.utils.translation import gettext_lazy as _

from core.links import Link, models_by_kind
from desk.cases import OTHER_TOPIC


def topics() -> list[Link]:
    """The public topics in their order."""
    model = models_by_kind()["category"]
    return [Link(*row) for row in model.objects.published().as_links().order_by(*model._meta.ordering)]


def topic_choices() -> list[tuple]:
    """Code and name of each topic in the active language."""
    return [*((topic.slug, topic.heading) for topic in topics()), (OTHER_TOPIC, _("Something else"))]
