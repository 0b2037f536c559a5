from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Min, Q, Value
from django.dispatch import Signal
from django.urls import translate_url
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.edition import Edition, now  # noqa: F401  (models live beside what uses them)
from core.linkcheck import LinkFault  # noqa: F401
from core.links import Link, chosen_links, existing_references, links_to, pager_round, path_of
from core.proposals import Proposal  # noqa: F401
from core.site_text import SiteText  # noqa: F401
from core.translation_state import OutdatedTranslation  # noqa: F401

content_changed = Signal()
"""Sent with ``sender`` (a model) when rows changed without post_save: update, bulk_create, bulk_update.

``keys``: their primary keys, None if there are many. ``fields``: the names of the columns that changed, empty for all.
"""

MOST_KEYS = 500
REQUIRED_LANGUAGES = ("ja", "en")
STATE_FIELDS = ("published_at", "unpublish_at", "slug", "order")
"""What no restored version and no import brings back: whether, when, where and in which place a row is shown."""


class ModifiedField(models.DateTimeField):
    """The moment (UTC) of the last save; has a default, so fixtures need not name it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": timezone.now, "editable": False, **kwargs})

    def pre_save(self, model_instance, add):
        setattr(model_instance, self.attname, timezone.now())
        return getattr(model_instance, self.attname)


def is_live(at, prefix: str = "") -> Q:
    """The condition that a row, or the row behind a relation (``person__``), is between its two moments."""
    still = Q(**{f"{prefix}unpublish_at": None}) | Q(**{f"{prefix}unpublish_at__gt": at})
    return Q(**{f"{prefix}published_at__lte": at}) & still


class ContentQuerySet(models.QuerySet):
    def published(self, at=None):
        """Rows a visitor may see at a moment (aware datetime; default now)."""
        return self.filter(is_live(at or now()))

    def for_cards(self):
        """Only what a card of this kind shows (``on_cards``), so that a list of cards is light and asks nothing more."""
        return self.only(*self.model.on_cards) if self.model.on_cards else self

    def for_page(self):
        """With whatever the page of one row shows."""
        return self

    def as_links(self):
        """Kind, slug, both names and what the address is made from: the columns of a Link, fit for a union.

        Not rewritten by modeltranslation, which would put the columns into an order that changes from process to process.
        """
        name, kind = self.model.required_translations[0], Value(self.model._meta.model_name, models.CharField())
        columns = kind, "slug", f"{name}_ja", f"{name}_en", F(self.model.address_from)
        return self.order_by().rewrite(False).values_list(*columns)

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)

    @transaction.atomic
    def update(self, **kwargs):
        """As Django's (whose ``bulk_update`` comes by here, too), and the rows count as changed now."""
        keys = list(self.order_by().values_list("pk", flat=True)[: MOST_KEYS + 1])
        return self._tell(super().update(**{"updated_at": timezone.now(), **kwargs}), keys, kwargs)

    @transaction.atomic
    def bulk_create(self, *args, **kwargs):
        rows = super().bulk_create(*args, **kwargs)
        return self._tell(rows, [row.pk for row in rows])

    def _tell(self, result, keys: list, fields=()):
        known = keys if len(keys) <= MOST_KEYS and None not in keys else None
        content_changed.send(sender=self.model._meta.concrete_model, keys=known, fields=frozenset(fields))
        return result


def complete_when_published(*fields: str) -> models.CheckConstraint:
    """A constraint: a row with published_at has every one of the fields in Japanese and in English."""
    whole = Q()
    for field in fields:
        for language in REQUIRED_LANGUAGES:
            name = f"{field}_{language}"
            whole &= Q(**{f"{name}__isnull": False}) & ~Q(**{name: ""})
    return models.CheckConstraint(
        condition=Q(published_at__isnull=True) | whole,
        name="%(app_label)s_%(class)s_published_in_ja_and_en",
    )


class Content(models.Model):
    """A thing that visitors read: bilingual, dated, scheduled, searchable, in the sitemap and the admin.

    All moments are aware datetimes (stored in UTC, entered in Tokyo time); all days are Tokyo days.
    """

    required_translations: tuple[str, ...] = ("title",)
    searched: tuple[str, ...] = ("title",)
    on_cards: tuple[str, ...] = ()
    is_content = True
    needs_source = False
    in_sitemap = True
    address_from = "slug"
    state_fields: tuple[str, ...] = STATE_FIELDS
    changes_at: tuple[str, ...] = ("published_at", "unpublish_at")

    slug = models.SlugField(_("address"), max_length=80, unique=True, help_text=_("The last part of the page's address."))
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Empty: draft. In the future: scheduled. In the past: public. Tokyo time."),
    )
    unpublish_at = models.DateTimeField(
        _("unpublish at"), null=True, blank=True, help_text=_("The page vanishes at this minute. Tokyo time.")
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    check_by = models.DateField(_("check by"), null=True, blank=True)
    source_name = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), blank=True, max_length=300)
    see_also = models.CharField(
        _("see also"),
        max_length=500,
        blank=True,
        help_text=_("Pages that belong to this one, for example: step/find-a-job question/agency-fee"),
    )
    updated_at = ModifiedField(_("updated at"))

    objects = ContentQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish", "propose")

    def __str__(self):
        return self.heading or self.slug

    @transaction.atomic
    def save(self, *args, **kwargs):
        """With whatever listens (search index, edition) in the same transaction."""
        super().save(*args, **kwargs)

    @classmethod
    def next_change(cls, at):
        """The first moment after ``at`` at which pages with rows of this kind change by themselves (aware datetime), or None."""
        ahead = cls._base_manager.aggregate(**{name: Min(name, filter=Q(**{f"{name}__gt": at})) for name in cls.changes_at})
        return min(filter(None, ahead.values()), default=None)

    def natural_key(self):
        return (self.slug,)

    def name_in(self, language: str) -> str:
        return getattr(self, f"{self.required_translations[0]}_{language}") or ""

    @property
    def echo(self) -> str:
        """The name in the other of the two languages, as on a station sign."""
        return self.name_in("en" if get_language() == "ja" else "ja")

    @property
    def heading(self) -> str:
        return getattr(self, self.required_translations[0])

    @property
    def kind(self) -> str:
        """The kind that references and addresses name it with, for its proxies, too."""
        return self._meta.concrete_model._meta.model_name

    @property
    def reference(self) -> str:
        """How other content points here in ``see_also``: kind/slug."""
        return f"{self.kind}/{self.slug}"

    @property
    def card_key(self) -> tuple:
        """What a card of this row depends on: two cards with the same key are the same text."""
        return self.kind, self.pk, self.updated_at

    @property
    def live_until(self):
        """The moment at which the row leaves the public pages by itself, or None."""
        return self.unpublish_at

    def is_live(self, at=None) -> bool:
        at = at or now()
        return bool(self.published_at and self.published_at <= at and (self.live_until is None or self.live_until > at))

    @property
    def is_overdue(self) -> bool:
        return bool(self.check_by and self.check_by < timezone.localdate())

    def rows_to_search(self) -> list:
        """Related rows (sections, tasks) whose words belong to this page."""
        return []

    def shown_with(self) -> list["Content"]:
        """Content that must be live, too, before this row is seen (the topic of a question)."""
        return []

    def lift_barriers(self) -> None:
        """Let whatever else hides the row let it through: only ever called for previews, which are rolled back."""

    def addresses(self) -> list[str]:
        """The paths of the pages of this row in every language."""
        url = self.get_absolute_url()
        return [translate_url(url, language) for language in REQUIRED_LANGUAGES]

    def clean(self):
        super().clean()
        errors = {}
        if self.published_at:
            errors = missing_translations(self, self.required_translations)
            if self.needs_source and not self.checked_on:
                errors["checked_on"] = _("Say on which day this was checked.")
        if self.see_also:
            known = existing_references(self.see_also)
            unknown = [reference for reference in self.see_also.split() if reference not in known]
            if unknown:
                errors["see_also"] = _("Nothing has this address: %(refs)s") % {"refs": ", ".join(unknown)}
        if errors:
            raise ValidationError(errors)

    @classmethod
    def page_at(cls, slug: str, parent: str) -> str:
        """The path of the page of a row from its slug and the value of ``address_from``."""
        raise NotImplementedError

    def get_absolute_url(self) -> str:
        parent = self
        for name in self.address_from.split("__"):
            parent = getattr(parent, name)
        return path_of(self.kind, self.slug, parent, get_language())

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    @cached_property
    def pager(self) -> dict:
        return pager_round(self)

    @cached_property
    def related(self) -> list["Link"]:
        """The live content that ``see_also`` names, in its order."""
        return chosen_links(self.see_also, links_to(self.see_also))


def missing_translations(instance, fields) -> dict:
    """Field name to error, for each of the fields that is empty in Japanese or English."""
    return {
        f"{field}_{language}": _("Needed before publishing.")
        for field in fields
        for language in REQUIRED_LANGUAGES
        if not getattr(instance, f"{field}_{language}")
    }


class Section(models.Model):
    """One part of a long text, in order; lives and dies with its page."""

    order = models.PositiveSmallIntegerField(_("order"), default=0)
    heading = models.CharField(_("heading"), max_length=200)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    parent_field = ""
    required_translations: tuple[str, ...] = ("heading", "body")

    def __str__(self):
        return self.heading or ""

    def clean(self):
        super().clean()
        parent = getattr(self, self.parent_field, None)
        if parent is not None and parent.published_at:
            errors = missing_translations(self, self.required_translations)
            if errors:
                raise ValidationError(errors)
