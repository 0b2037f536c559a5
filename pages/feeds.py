from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.text import plain
from events.models import Event
from faq.models import Question
from interviews.models import Interview

NEWEST = 30


class NewsFeed(Feed):
    """New interviews, answers and events in the language of the address (Atom)."""

    feed_type = Atom1Feed

    def title(self):
        return "TOKYO CAREER GUIDE"

    def subtitle(self):
        return _("New interviews, answers and events")

    def link(self):
        return settings.SITE_ORIGIN + reverse("pages:home")

    def feed_url(self):
        return settings.SITE_ORIGIN + reverse("pages:feed")

    def items(self):
        rows = [row for model in (Interview, Question, Event) for row in self._newest(model)]
        return sorted(rows, key=lambda row: row.published_at, reverse=True)[:NEWEST]

    @staticmethod
    def _newest(model):
        return model.objects.published().for_cards().order_by("-published_at")[:NEWEST]

    def item_title(self, item):
        return item.heading

    def item_description(self, item):
        return plain(item.answer if isinstance(item, Question) else item.lead)

    def item_link(self, item):
        return settings.SITE_ORIGIN + item.get_absolute_url()

    def item_guid(self, item):
        return f"{settings.SITE_ORIGIN}/{get_language()}/#{item.reference}"

    def item_pubdate(self, item):
        return item.published_at

    def item_updateddate(self, item):
        return item.updated_at
