"""Registrations in the admin: lists, the page of one, the door, and tables for the organiser."""

import re
from datetime import timedelta

import tablib
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.audit import AUDIT
from core.morning import OPERATOR, SOON, Line, form_of, may_view
from core.tables import JapaneseCSV, SafeXLSX
from core.text import normalise
from events.models import Event, Registration
from events.registrations import CANCELLED, CONFIRMED, WAITING

FORMATS = {"csv": JapaneseCSV, "xlsx": SafeXLSX}
RIGHT = "events.view_registration"


class RegistrationPages:
    """For the admin of events: the door and the tables, for those who see registrations."""

    def get_urls(self):
        def at(route, view, name):
            return path(f"<int:pk>/{route}", self.admin_site.admin_view(view), name=f"events_event_{name}")

        return [
            at("door/", self.door_page, "door"),
            at("registrations.<str:kind>", self.table, "registrations"),
            *super().get_urls(),
        ]

    @staticmethod
    def event_for(request, pk: int) -> Event:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        return get_object_or_404(Event, pk=pk)

    def door_page(self, request, pk: int):
        """Who has a place, with one large button each; found by name or address; back at the same line after a tap."""
        event = self.event_for(request, pk)
        query = request.GET.get("q", "").strip()[:80]
        if request.method == "POST":
            return self._tapped(request, event, query)
        AUDIT.info("door opened", extra={"request": request, "row": event})
        people = sorted(event.registrations.confirmed(), key=lambda person: (normalise(person.name), person.pk))
        context = {
            "title": gettext("At the door: %(event)s") % {"event": event}, "event": event, "query": query, "opts": self.opts,
            "people": [person for person in people if is_called(person, query)],
            "counts": {"here": sum(person.attended_at is not None for person in people), "all": len(people)},
        }  # fmt: skip
        return render(request, "admin/door.html", {**self.admin_site.each_context(request), **context})

    def _tapped(self, request, event: Event, query: str):
        if not request.user.has_perm("events.change_registration"):
            raise PermissionDenied
        number = request.POST.get("person", "")
        person = get_object_or_404(event.registrations, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
        if not person.attend(request.POST.get("here") == "1"):
            messages.warning(request, gettext("This person no longer has a place."))
        return redirect(f"{request.get_full_path()}#r{person.pk}")

    def table(self, request, pk: int, kind: str):
        """The registrants as a table for the organiser; that it was taken is noted in the log."""
        event = self.event_for(request, pk)
        if kind not in FORMATS:
            raise Http404
        self.log_change(request, event, gettext("The table of registrations was exported (%(kind)s).") % {"kind": kind})
        AUDIT.info("exported", extra={"request": request, "row": event, "facts": {"table": "registrations", "kind": kind}})
        form = FORMATS[kind]()
        response = HttpResponse(form.export_data(dataset_of(event)), content_type=form.get_content_type())
        response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.{kind}"'
        return response

    @admin.display(description=_("registrations"))
    def registrations_link(self, obj):
        """How many places are taken, and the ways to the list, the door and the mail."""
        url = reverse("admin:events_registration_changelist")
        ways = [("events_event_door", _("At the door")), ("events_event_mail", _("Mail to all"))]
        links = format_html_join("", '<br><a href="{}">{}</a>', ((reverse(f"admin:{name}", args=[obj.pk]), words) for name, words in ways))
        return format_html('<a href="{}?event__id__exact={}">{} / {}</a>{}', url, obj.pk, obj.taken, obj.capacity, links)

    @admin.display(description=_("places taken"))
    def places_taken(self, obj):
        return f"{obj.taken} / {obj.capacity}"

    def get_list_display(self, request):
        """Ways to registrations only for those who may go them."""
        instead = {} if request.user.has_perm(RIGHT) else {"registrations_link": "places_taken"}
        return [instead.get(name, name) for name in super().get_list_display(request)]

    def morning_lines(self, user):
        """Events of the next three days and how many come."""
        now = timezone.now()
        for event in Event.objects.published().filter(starts_at__gt=now, starts_at__lt=now + timedelta(days=3)):
            words = {
                "event": event,
                "taken": event.taken,
                "capacity": event.capacity,
                "day": f"{timezone.localtime(event.starts_at):%m-%d %H:%M}",
            }
            text = gettext("Event on %(day)s (Tokyo): %(event)s, %(taken)s of %(capacity)s places") % words
            yield Line(SOON, OPERATOR, text, form_of(event), may_view(Registration))


def is_called(person: Registration, query: str) -> bool:
    """Whether each word of a query is in the name, address or number, however its letters and kana are typed."""
    words = normalise(f"{person.name} {person.email} {person}")
    return all(word in words for word in normalise(query).split())


def dataset_of(event: Event) -> tablib.Dataset:
    """Everybody who registered and was not erased; moments on the clock of the venue."""
    heads = [
        gettext("Number"), gettext("visitor's name"), gettext("E-mail address"), gettext("Language"), gettext("State"), gettext("Place in the line"),
        gettext("Questions for the speakers"), gettext("Registered at"), gettext("Came"),
    ]  # fmt: skip
    table, line = tablib.Dataset(headers=heads), 0
    for row in event.registrations.filter(erased_at=None).order_by("pk"):
        line += row.state == WAITING
        place = line if row.state == WAITING else ""
        came = gettext("yes") if row.attended_at else ""
        moment = f"{row.registered_at.astimezone(event.local_start.tzinfo):%Y-%m-%d %H:%M}"
        table.append([str(row), row.name, row.email, row.language, str(row.get_state_display()), place, row.questions, moment, came])
    return table


def came(registration: Registration) -> str:
    return gettext("Noted as here.") if registration.attend(True) else gettext("This person no longer has a place.")


def did_not_come(registration: Registration) -> str:
    registration.attend(False)
    return gettext("Noted as not here.")


def cancelled(registration: Registration) -> str:
    registration.cancel()
    return gettext("Cancelled.")


DEEDS = {"_attend": came, "_undo": did_not_come, "_cancel": cancelled}


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    """One line a person; looked at, cancelled, noted as here; never deleted, because counts need them."""

    list_display = ["number", "event", "state", "person", "language", "registered_at", "attended_at"]
    list_filter = ["state", "language", ("event", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["event"]
    list_per_page = 100
    show_full_result_count = False
    search_fields = ["name", "email"]
    ordering = ["-pk"]
    actions = ["cancel_all", "note_as_here"]
    change_form_template = "admin/registration.html"
    fields = readonly_fields = [
        "event", "state", "name", "email", "language", "questions", "registered_at", "confirmed_at", "cancelled_at", "attended_at",
        "notice", "consented_at",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_search_results(self, request, queryset, search_term):
        """Also by the number as it is shown."""
        number = re.fullmatch(r"\s*\d{1,18}-(\d{1,18})\s*", search_term)
        return (queryset.filter(pk=int(number[1])), False) if number else super().get_search_results(request, queryset, search_term)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """GET shows; POST does one deed and never saves a form, so that no hidden field and no old copy changes anything."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        found = get_object_or_404(self.get_queryset(request), pk=object_id if str(object_id).isdecimal() else 0)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        name = next((name for name in DEEDS if name in request.POST), None)
        if name and not getattr(request, "is_kept", False):
            told = DEEDS[name](found)
            self.log_change(request, found, told)
            messages.success(request, told)
        return redirect(request.path)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            AUDIT.info("registration opened", extra={"request": request, "row": obj})
        has_place = obj is not None and obj.state == CONFIRMED
        context |= {"may_come": has_place, "may_cancel": obj is not None and obj.state != CANCELLED and not obj.erased_at}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("number"), ordering="pk")
    def number(self, obj):
        return str(obj)

    @admin.display(description=_("person"))
    def person(self, obj):
        return format_html("<bdi>{}</bdi>", obj.masked_name)

    @admin.action(description=_("Cancel these registrations (they are told by mail)"), permissions=["change"])
    def cancel_all(self, request, queryset):
        for registration in queryset:
            registration.cancel()
            self.log_change(request, registration, gettext("Cancelled."))
        messages.success(request, gettext("Registrations changed: %(count)s") % {"count": len(queryset)})

    @admin.action(description=_("Note as here"), permissions=["change"])
    def note_as_here(self, request, queryset):
        for registration in queryset.filter(state=CONFIRMED):
            registration.attend(True)
        messages.success(request, gettext("Registrations changed: %(count)s") % {"count": len(queryset)})
