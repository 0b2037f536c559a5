from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.links import content_of
from core.views import ContentDetailView, ContentListView
from events.calendar import calendar_of
from events.models import COUNTRIES_FIRST, Event


def by_country(events) -> list[dict]:
    """The events in groups of a country: Vietnam, Indonesia and Taiwan first, then by date."""
    groups: dict[str, dict] = {}
    for event in events:
        group = groups.setdefault(event.country.code, {"code": event.country.code, "name": event.country.name, "events": []})
        group["events"].append(event)
    first = [code for code in COUNTRIES_FIRST if code in groups]
    return [groups[code] for code in [*first, *(code for code in groups if code not in first)]]


class EventListView(ContentListView):
    model = Event

    def get_context_data(self, **kwargs):
        events = list(self.object_list)
        upcoming = [event for event in events if not event.is_past]
        past = [event for event in reversed(events) if event.is_past]
        return super().get_context_data(upcoming=by_country(upcoming), past=past, **kwargs)


class EventDetailView(ContentDetailView):
    model = Event

    def get_context_data(self, **kwargs):
        wanted = [link.slug for link in self.object.related if link.kind == "person"]
        return super().get_context_data(speakers=content_of("person", wanted), **kwargs)


def as_calendar(events, name: str) -> HttpResponse:
    response = HttpResponse(calendar_of(events), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@require_safe
def event_calendar(request, slug):
    event = get_object_or_404(Event.objects.published(), slug=slug)
    return as_calendar([event], event.slug)


@require_safe
def calendar_feed(request):
    return as_calendar(Event.objects.published().upcoming(), "tokyo-career-guide")
