from django.core.management import BaseCommand, CommandError
from django_countries import countries

from agencies.models import Agency
from core.images import Pictured
from core.links import content_models, existing_references
from core.models import REQUIRED_LANGUAGES
from core.richtext import RichTextField
from core.translation_state import parts_of, texts_of
from desk.models import Office
from events.models import Event
from faq.models import Category, Figure, Question
from guide.models import Article
from interviews.models import Interview, Person
from steps.models import Step

PROMISES = {
    "people": (100, lambda: Person.objects.published().count()),
    "interviews": (30, lambda: Interview.objects.published().count()),
    "interviews with video": (10, lambda: Interview.objects.published().with_video().count()),
    "topics": (20, lambda: Category.objects.published().count()),
    "steps": (5, lambda: Step.objects.published().count()),
}
AT_LEAST = {
    "questions": (120, lambda: Question.objects.published().count()),
    "pictures that explain": (10, lambda: Figure.objects.filter(question__in=Question.objects.published()).count()),
    "guide articles": (13, lambda: Article.objects.published().count()),
    "agencies": (24, lambda: Agency.objects.published().count()),
    "events": (9, lambda: Event.objects.published().count()),
    "offices": (5, lambda: Office.objects.published().count()),
    "origins": (25, lambda: Person.objects.published().order_by().values("origin").distinct().count()),
    "different quotes": (100, lambda: Person.objects.published().order_by().values("quote_ja", "quote_en").distinct().count()),
}
FEWEST_QUESTIONS = 6


class Command(BaseCommand):
    help = (
        "Fails when a promise of the site is broken: 100 people, 30 interviews at SMEs, 10 videos, 20 topics with at least "
        "6 questions, 5 steps, both languages, sources, words for pictures, references, rich text inside the allow-list. Prints the counts."
    )

    def handle(self, **options):
        faults = [*self.counts(), *sizes(), *topics(), *translations(), *sources(), *pictures(), *references(), *rich_texts()]
        if faults:
            raise CommandError(f"{len(faults)} broken promises:\n" + "\n".join(faults[:100]))
        self.stdout.write("Every promise is kept.")

    def counts(self):
        for exact, promises in ((True, PROMISES), (False, AT_LEAST)):
            for name, (wanted, count) in promises.items():
                found = count()
                self.stdout.write(f"{found:6} {name}")
                if found != wanted if exact else found < wanted:
                    yield f"{name}: {found} instead of {wanted}"


def sizes():
    for interview in Interview.objects.published().select_related("person"):
        if not interview.person.is_at_sme:
            yield f"{interview.reference}: a company of {interview.person.company_staff} is no SME"


def topics():
    for topic in Category.objects.published().with_counts():
        if topic.live_questions < FEWEST_QUESTIONS:
            yield f"{topic.reference}: only {topic.live_questions} questions"


def translations():
    """A text that has one of the two languages has the other, in content and in its rows."""
    for model in [*content_models(), *row_models()]:
        names = texts_of(model)
        for row in model.objects.all():
            for name in names:
                values = [bool(getattr(row, f"{name}_{language}")) for language in REQUIRED_LANGUAGES]
                if any(values) and not all(values):
                    yield f"{model._meta.label} {row.pk}: {name} in one language only"


def row_models():
    """The models of sections, tasks, figures and clips."""
    return [part for model in content_models() for _name, part, _key in parts_of(model)]


def sources():
    for model in content_models():
        for row in model.objects.published() if model.needs_source else []:
            advice = getattr(row, "is_advice", False)
            if not row.checked_on:
                yield f"{row.reference}: no day of checking"
            if not advice and not (row.source_url and row.source_name_ja and row.source_name_en):
                yield f"{row.reference}: no source"
            if advice and row.source_url:
                yield f"{row.reference}: advice with a source"


def pictures():
    for model in content_models():
        for row in model.objects.published() if issubclass(model, Pictured) else []:
            if not row.photo:
                yield f"{row.reference}: no picture"
            elif not row.photo_is_decorative and not (row.photo_alt_ja and row.photo_alt_en):
                yield f"{row.reference}: no words for the picture"


def references():
    for model in content_models():
        for row in model.objects.exclude(see_also=""):
            for missing in set(row.see_also.split()) - existing_references(row.see_also):
                yield f"{row.reference}: {missing} does not exist"
    known = {code for code, _name in countries}
    for person in Person.objects.exclude(origin__in=known):
        yield f"{person.reference}: unknown origin {person.origin}"


def rich_texts():
    for model in [*content_models(), *row_models()]:
        fields = [field for field in model._meta.concrete_fields if isinstance(field, RichTextField)]
        for row in model.objects.all() if fields else []:
            for field in fields:
                value = getattr(row, field.attname)
                if value and field.sanitize(value) != value:
                    yield f"{model._meta.label} {row.pk}: {field.name} holds what the allow-list forbids"
