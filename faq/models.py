from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.edition import now
from core.links import absolute
from core.models import STATE_FIELDS, Content, ContentQuerySet, complete_when_published, is_live
from core.richtext import RichTextField
from core.text import without_readings

BAR_STEP = 52
BAR_WIDEST = 480


class CategoryQuerySet(ContentQuerySet):
    def with_counts(self):
        """Each category with ``live_questions``, the number of its published questions."""
        live = Question.objects.filter(is_live(now()), category=OuterRef("pk")).order_by().values("category")
        return self.annotate(live_questions=Coalesce(Subquery(live.annotate(number=Count("pk")).values("number")), 0))


class Category(Content):
    """A topic of questions; ten about working, ten about living (or as staff group them)."""

    GROUPS = [("working", _("Working")), ("living", _("Living"))]

    required_translations = ("title", "lead")
    searched = ("title", "lead")
    on_cards = ("slug", "title", "group", "order", "updated_at")

    group = models.CharField(_("group"), max_length=10, choices=GROUPS)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=60)
    lead = models.CharField(_("lead"), max_length=300)

    objects = CategoryQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order"]
        constraints = [complete_when_published("title", "lead")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("faq:detail", args=[slug])


class QuestionQuerySet(ContentQuerySet):
    def published(self, at=None):
        """Only questions whose topic is public."""
        at = at or now()
        return super().published(at).filter(is_live(at, "category__"))

    def for_cards(self):
        return self.select_related("category")

    def for_page(self):
        return self.for_cards()


class Question(Content):
    """A frank question and its answer: the direct words first, then conditions, then where to check."""

    required_translations = ("title", "answer", "body")
    address_from = "category__slug"
    searched = ("title", "answer", "body")
    state_fields = (*STATE_FIELDS, "category")
    needs_source = True
    in_sitemap = False

    category = models.ForeignKey(Category, models.PROTECT, related_name="questions", verbose_name=_("topic"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("direct answer"))
    body = RichTextField(_("conditions and details"))
    is_advice = models.BooleanField(_("advice of the desk"), default=False, help_text=_("It rests on practice, not on an official source."))

    objects = QuestionQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["category__order", "order", "pk"]
        constraints = [complete_when_published("title", "answer", "body")]
        indexes = [models.Index(fields=["category", "order", "published_at", "unpublish_at"], name="answers_of_a_topic_in_order")]

    @classmethod
    def page_at(cls, slug, parent):
        return f"{reverse('faq:detail', args=[parent])}?open={slug}#{slug}"

    def shown_with(self):
        return [self.category]

    def rows_to_search(self):
        return list(self.figures.all())

    @property
    def card_key(self):
        """Its own row and date of check, the pictures in it and the pages it leads to (``attach_links`` comes first)."""
        figures = [(figure.pk, figure.caption, figure.unit, figure.rows) for figure in self.figures.all()]
        return (*super().card_key, self.category.slug, self.is_overdue, *figures, *self.related)

    def schema_org(self) -> dict:
        answer = {"@type": "Answer", "text": without_readings(self.answer), "url": absolute(self.get_absolute_url())}
        return {"@type": "Question", "name": self.title, "acceptedAnswer": answer}


class Figure(models.Model):
    """A picture that explains an answer: a bar chart or an annotated paper, written as lines of text."""

    KINDS = [("bars", _("bar chart")), ("document", _("annotated paper"))]

    question = models.ForeignKey(Question, models.CASCADE, related_name="figures", verbose_name=_("question"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    caption = models.CharField(_("caption"), max_length=240)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    rows = models.TextField(
        _("lines"),
        help_text=_("One line each. Bar chart: label | number. Annotated paper: field | sample value | note."),
    )

    class Meta:
        verbose_name = _("explaining picture")
        verbose_name_plural = _("explaining pictures")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.caption or ""

    def cells(self) -> list[list[str]]:
        """The lines as lists of cells, empty lines left out."""
        return [[cell.strip() for cell in line.split("|")] for line in (self.rows or "").splitlines() if line.strip()]

    def bars(self) -> list[dict]:
        """Label, number with its unit, and where to draw them in a picture 600 wide (BAR_STEP a bar)."""
        rows = [(cells[0], cells[1].replace(",", "")) for cells in self.cells()]
        largest = max((float(number) for _label, number in rows), default=0) or 1
        return [self._bar(place * BAR_STEP, label, number, float(number) / largest) for place, (label, number) in enumerate(rows)]

    def _bar(self, top: int, label: str, number: str, share: float) -> dict:
        width = round(BAR_WIDEST * share) or 2
        shown = f"{float(number):,.2f}".rstrip("0").rstrip(".") if "." in number else f"{int(number):,}"
        drawn = {"label_y": top + 16, "bar_y": top + 24, "value_y": top + 38, "value_x": width + 8, "width": width}
        return {"label": label, "shown": shown, **drawn}

    @property
    def chart_height(self) -> int:
        return BAR_STEP * len(self.cells())

    def clean(self):
        super().clean()
        least = 2 if self.kind == "bars" else 3
        for language in ("ja", "en"):
            for line in (getattr(self, f"rows_{language}") or "").splitlines():
                cells = [cell.strip() for cell in line.split("|")]
                if line.strip() and (len(cells) != least or (least == 2 and not cells[1].replace(",", "").replace(".", "", 1).isdigit())):
                    raise ValidationError({f"rows_{language}": _("This line has not the form described: %(line)s") % {"line": line}})
