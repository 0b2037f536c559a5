from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone

from core.linkcheck import LinkFault, addresses_in, problem_of
from core.links import content_models
from core.translation_state import parts_of


class Command(BaseCommand):
    help = (
        "Visits every address outside this site that live content leads to and notes those that cannot be reached, by page and language. "
        "Asks public addresses only. Run once a day; may be run again."
    )

    def handle(self, **options):
        places = list(every_link())
        problems = {url: problem_of(url) for url in sorted({url for *_page, url in places})}
        faults = [(*place, problems[place[-1]]) for place in places if problems[place[-1]]]
        note(faults)
        self.stdout.write(f"Links: {len(problems)} addresses visited, {sum(map(bool, problems.values()))} cannot be reached.")


def every_link():
    """(page model, page id, language, address) of live content and the rows in it."""
    for model in content_models():
        for row in model.objects.published():
            rows = [row, *(part for _name, part_model, key in parts_of(model) for part in part_model._base_manager.filter(**{key: row.pk}))]
            for language, url in sorted(set().union(*(addresses_in(each) for each in rows))):
                yield model._meta.label_lower, row.pk, language, url


@transaction.atomic
def note(faults: list) -> None:
    """The faults of this check take the place of those of the last one; what was broken before keeps its day."""
    since = {(f.page_model, f.page_id, f.language, f.url): f.since for f in LinkFault.objects.all()}
    LinkFault.objects.all().delete()
    now = timezone.now()
    LinkFault.objects.bulk_create(
        LinkFault(
            page_model=m, page_id=pk, language=code, url=url[:500], problem=why, since=since.get((m, pk, code, url), now), checked_at=now
        )
        for m, pk, code, url, why in faults
    )
