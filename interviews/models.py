from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from core import taxonomy
from core.edition import now
from core.images import Pictured
from core.links import absolute
from core.models import STATE_FIELDS, Content, ContentQuerySet, complete_when_published, is_live
from core.models import Section as BaseSection
from core.richtext import RichTextField
from interviews.clips import Clip  # noqa: F401  (models live beside what uses them)
from interviews.consents import Consent, has_consent

SME_STAFF = 300
"""Most people an SME employs in manufacturing, construction, transport (SME Basic Act, Art. 2)."""


LIKENESS = {"job_family": 4, "origin": 3, "route": 2, "japanese_on_arrival": 2, "industry": 1}
"""How many points each thing in common gives when people like one are looked for."""

REST = LIKENESS["route"] + LIKENESS["japanese_on_arrival"]
WITHOUT_CONSENT = 10
"""So many times as many candidates are looked at, because some of them may not be shown."""


ON_CARDS = (
    "slug", "name", "quote", "occupation", "origin", "photo", "photo_width", "photo_height", "photo_x", "photo_y", "order",
    "job_family", "japanese_on_arrival", "route", "company_staff", "updated_at",
)  # fmt: skip
"""The columns of a person that cards read."""

ON_WALL = ("published_at", "unpublish_at", "origin", "job_family", "japanese_on_arrival", "route", "company_staff")
ALIKE = ("route", "japanese_on_arrival", "industry", "order", "published_at", "unpublish_at")
"""What the filters of the wall, and the search for people like one, read of 10,000 people: in an index, so that no whole row is read."""


class PersonQuerySet(ContentQuerySet):
    def published(self, at=None):
        """Only people whose consent holds at the moment."""
        at = at or now()
        return super().published(at).filter(has_consent(at))

    def for_cards(self):
        """Only what a card or a filter shows; ``shows_interview`` and ``shows_video`` decided by the database."""
        article = is_live(now(), "interview__") & Q(consent__scope__in=("article", "video"))
        video = article & Q(consent__scope="video", interview__clip__isnull=False)
        yes = {name: Case(When(rule, then=True), default=False) for name, rule in (("shows_interview", article), ("shows_video", video))}
        return self.annotate(**yes).only(*ON_CARDS)

    def for_page(self):
        return self.select_related("interview__clip", "consent")

    def with_interview(self):
        return self.filter(interview__in=Interview.objects.published())

    def with_video(self):
        return self.filter(interview__in=Interview.objects.published().with_video())

    def on_home(self):
        return self.filter(home_order__isnull=False).order_by("home_order")


class Person(Pictured, Content):
    """A person from abroad who works in Tokyo: portrait, words, facts and the road that led here."""

    required_translations = ("name", "quote", "occupation", "company", "road")
    state_fields = (*STATE_FIELDS, "home_order")
    searched = ("name", "occupation", "quote", "company", "road")

    order = models.PositiveIntegerField(_("order"), default=0, db_index=True)
    home_order = models.PositiveSmallIntegerField(_("place on the home page"), null=True, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=80)
    quote = models.CharField(_("quote"), max_length=160)
    origin = CountryField(_("country or region"), db_index=True)
    occupation = models.CharField(_("occupation"), max_length=80)
    job_family = models.CharField(_("kind of work"), max_length=20, choices=taxonomy.JOB_FAMILIES)
    industry = models.CharField(_("industry"), max_length=20, choices=taxonomy.INDUSTRIES)
    company = models.CharField(_("company in a few words"), max_length=120)
    company_staff = models.PositiveIntegerField(_("people at the company"))
    area = models.CharField(_("area of Tokyo"), max_length=20, choices=taxonomy.AREAS)
    arrived_year = models.PositiveSmallIntegerField(_("year of arrival"), validators=[MinValueValidator(1980), MaxValueValidator(2100)])
    japanese_on_arrival = models.CharField(_("Japanese on arrival"), max_length=4, choices=taxonomy.JAPANESE_LEVELS)
    japanese_now = models.CharField(_("Japanese now"), max_length=4, choices=taxonomy.JAPANESE_LEVELS)
    route = models.CharField(_("road taken"), max_length=10, choices=taxonomy.ROUTES)
    status = models.CharField(_("status of residence"), max_length=12, choices=taxonomy.STATUSES)
    road = RichTextField(_("road to Tokyo"))
    profile_on = models.DateField(_("profile of"))

    objects = PersonQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["order", "pk"]
        constraints = [complete_when_published("name", "quote", "occupation", "company", "road")]
        indexes = [
            models.Index(fields=["order", "id", *ON_WALL], name="people_in_the_order_of_walls"),
            models.Index(fields=["published_at", "unpublish_at"], name="people_by_their_moments"),
            models.Index(fields=["job_family", "origin", *ALIKE], name="people_by_their_work"),
            models.Index(fields=["origin", "job_family", *ALIKE], name="people_by_their_origin"),
            models.Index(
                fields=["route", "japanese_on_arrival", "industry", "job_family", "origin", *ALIKE[3:]], name="people_by_all_else"
            ),
        ]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("interviews:detail", args=[slug])

    def clean(self):
        super().clean()
        if self.published_at:
            self.refuse_without_consent("quote")

    def refuse_without_consent(self, scope: str) -> None:
        """Raises ValidationError unless a consent covers the scope on the day of publishing."""
        consent = getattr(self, "consent", None)
        if consent is None or not consent.covers(scope, timezone.localdate(self.published_at or timezone.now())):
            raise ValidationError({"published_at": _("There is no consent that covers this. Enter it in the register of consents first.")})

    @property
    def live_until(self):
        consent = getattr(self, "consent", None)
        ends = [self.unpublish_at, consent.ends_at if consent else self.published_at]
        return min((end for end in ends if end), default=None)

    def lift_barriers(self):
        """As if there were a consent; one that was withdrawn stays withdrawn, for reviewers' links too."""
        if Consent.objects.filter(person=self, withdrawn_at__isnull=False).exists():
            return
        today = timezone.localdate()
        given = {"given_on": today, "expires_on": today, "scope": "video", "withdrawn_at": None}
        Consent.objects.update_or_create(person=self, defaults=given)

    @property
    def is_at_sme(self) -> bool:
        return self.company_staff <= SME_STAFF

    @property
    def company_size(self) -> str:
        return next(label for _code, label, low, high in taxonomy.COMPANY_SIZES if low <= self.company_staff <= high)

    @cached_property
    def live_interview(self):
        interview = getattr(self, "interview", None)
        return interview if interview and interview.is_live() else None

    @property
    def has_video(self) -> bool:
        return bool(self.live_interview and self.live_interview.shown_clip)

    @property
    def card_key(self):
        return (*super().card_key, self.shows_interview, self.shows_video)

    def like(self, count: int = 3) -> list["Person"]:
        """The people most like this one: points for the same work, origin, road, level on arrival and industry.

        Looked for among those of the same work, of the same origin, or with all else in common; nobody else has more than REST
        points, so all are looked at only when these are not enough.
        """
        points = [Case(When(**{field: getattr(self, field)}, then=weight), default=0) for field, weight in LIKENESS.items()]
        found: list[Person] = []
        else_in_common = Q(route=self.route, japanese_on_arrival=self.japanese_on_arrival, industry=self.industry)
        for near in (Q(job_family=self.job_family) | Q(origin=self.origin) | else_in_common, Q()):
            live = Person.objects.filter(is_live(now()), near).exclude(pk=self.pk).annotate(points=sum(points[1:], points[0]))
            nearest = live.order_by("-points", "order").values("pk")[: count * WITHOUT_CONSENT]
            shown = Person.objects.published().for_cards().filter(pk__in=nearest).annotate(points=sum(points[1:], points[0]))
            found = list(shown.order_by("-points", "order")[:count])
            if len(found) == count and found[-1].points > REST:
                break
        return found


class HomePerson(Person):
    """A person on the home page, in the order of the home page."""

    class Meta(Content.Meta):
        proxy = True
        verbose_name = _("person on the home page")
        verbose_name_plural = _("people on the home page")
        ordering = ["home_order"]
        default_permissions = ()


class InterviewQuerySet(ContentQuerySet):
    def published(self, at=None):
        """Only interviews whose person may be shown, too, with a consent that covers an article."""
        at = at or now()
        return super().published(at).filter(is_live(at, "person__"), has_consent(at, "person__", ("article", "video")))

    def for_cards(self):
        return self.select_related("person__consent", "clip")

    def for_page(self):
        return self.for_cards()

    def with_video(self):
        return self.filter(clip__isnull=False, person__consent__scope="video")

    def featured(self):
        """Chosen by staff for the home page, in their order; asked as a range, so that SQLite walks the index of that order."""
        return self.filter(home_order__gte=0).order_by("home_order")


class Interview(Content):
    """The article about one person, in sections of question and answer."""

    required_translations = ("title", "lead")
    state_fields = (*STATE_FIELDS, "home_order", "person")
    address_from = "person__slug"
    searched = ("title", "lead")

    person = models.OneToOneField(Person, models.CASCADE, related_name="interview", verbose_name=_("person"))
    home_order = models.PositiveSmallIntegerField(_("place on the home page"), null=True, blank=True, db_index=True)
    title = models.CharField(_("title"), max_length=120)
    lead = models.TextField(_("lead"))

    objects = InterviewQuerySet.as_manager()

    class Meta(Content.Meta):
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["person__order"]
        constraints = [complete_when_published("title", "lead")]

    @classmethod
    def page_at(cls, slug, parent):
        return reverse("interviews:interview", args=[parent])

    def rows_to_search(self):
        return list(self.sections.all())

    def clean(self):
        super().clean()
        if self.published_at and self.person_id:
            self.person.refuse_without_consent("article")

    def shown_with(self):
        return [self.person]

    @property
    def live_until(self):
        ends = [self.unpublish_at, self.person.live_until]
        return min((end for end in ends if end), default=None)

    def schema_org(self) -> dict:
        article = {
            "@type": "Article",
            "headline": self.title,
            "description": self.lead,
            "datePublished": self.published_at.isoformat(),
            "dateModified": self.updated_at.isoformat(),
            "image": absolute(self.person.photo.largest_url),
            "inLanguage": get_language(),
            "publisher": {"@type": "GovernmentOrganization", "name": "Tokyo Metropolitan Government"},
        }
        return {**article, "video": self.shown_clip.schema_org()} if self.shown_clip else article

    @property
    def card_key(self):
        return (*super().card_key, self.person.updated_at, self.shown_clip is not None)

    @cached_property
    def shown_clip(self):
        clip = getattr(self, "clip", None)
        return clip if clip and self.person.consent.scope == "video" else None


class Section(BaseSection):
    """One question and its answer."""

    parent_field = "interview"

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="sections", verbose_name=_("interview"))
    body = RichTextField(_("answer"))
    pull_quote = models.CharField(_("pull quote"), max_length=200, blank=True)

    class Meta(BaseSection.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")
