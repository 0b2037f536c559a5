"""Registrations in the admin: lists, the door, tables for the organiser, and one mail to all."""

import secrets

import tablib
from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.morning import OPERATOR, SOON, Line, form_of, may_view
from core.transfer import JapaneseCSV, SafeXLSX
from core.visitors import OneLineField
from events.models import Event, Registration
from events.registrations import CONFIRMED, WAITING

FORMATS = {"csv": JapaneseCSV, "xlsx": SafeXLSX}
RIGHT = "events.view_registration"
AUDIENCES = [
    ("confirmed", _("those with a place")),
    ("waiting", _("those on the waiting list")),
    ("both", _("both")),
]


class MessageForm(forms.Form):
    """One message to the registrants, each in their language."""

    once = forms.CharField(max_length=64, initial=secrets.token_hex, widget=forms.HiddenInput)
    audience = forms.ChoiceField(label=_("To whom"), choices=AUDIENCES, widget=forms.RadioSelect, initial="confirmed")
    subject_ja = OneLineField(label=_("Subject (日本語)"), max_length=120)
    words_ja = forms.CharField(label=_("Words (日本語)"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "ja"}))
    subject_en = OneLineField(label=_("Subject (English)"), max_length=120)
    words_en = forms.CharField(label=_("Words (English)"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "en"}))

    def recipients(self, event: Event):
        states = {"confirmed": [CONFIRMED], "waiting": [WAITING], "both": [CONFIRMED, WAITING]}[self.cleaned_data["audience"]]
        return event.registrations.filter(state__in=states).exclude(email="").select_related("event")

    @transaction.atomic
    def send(self, event: Event) -> int:
        """Queue the mails, how many; a second click on the same page queues none."""
        data, count = self.cleaned_data, 0
        if not cache.add(f"event-mail-{data['once']}", True, timeout=24 * 60 * 60):
            return count
        for registration in self.recipients(event):
            words = {name: data[f"{name}_{registration.language}"] for name in ("subject", "words")}
            registration.mail("message", **words)
            count += 1
        return count


class RegistrationPages:
    """For the admin of events: the door, the tables and the mail, for those who see registrations."""

    def get_urls(self):
        def at(route, view, name):
            return path(f"<int:pk>/{route}", self.admin_site.admin_view(view), name=f"events_event_{name}")

        return [
            at("door/", self.door_page, "door"),
            at("registrations.<str:kind>", self.table, "registrations"),
            at("mail/", self.mail_page, "mail"),
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
        people = event.registrations.filter(state=CONFIRMED).order_by("name", "pk")
        shown = people.filter(Q(name__icontains=query) | Q(email__icontains=query)) if query else people
        counts = {"here": people.exclude(attended_at=None).count(), "all": people.count()}
        context = {
            "title": gettext("At the door: %(event)s") % {"event": event},
            "event": event,
            "people": shown,
            "counts": counts,
            "query": query,
        }
        return render(request, "admin/door.html", {**self.admin_site.each_context(request), "opts": self.opts, **context})

    def _tapped(self, request, event: Event, query: str):
        if not request.user.has_perm("events.change_registration"):
            raise PermissionDenied
        number = request.POST.get("person", "")
        person = get_object_or_404(event.registrations, state=CONFIRMED, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
        person.attend(request.POST.get("here") == "1")
        return redirect(f"{request.get_full_path()}#r{person.pk}")

    def table(self, request, pk: int, kind: str):
        """The registrants as a table for the organiser; that it was taken is noted in the log."""
        event = self.event_for(request, pk)
        if kind not in FORMATS:
            raise Http404
        self.log_change(request, event, gettext("The table of registrations was exported (%(kind)s).") % {"kind": kind})
        form = FORMATS[kind]()
        response = HttpResponse(form.export_data(dataset_of(event)), content_type=form.get_content_type())
        response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.{kind}"'
        return response

    def mail_page(self, request, pk: int):
        """Write, look at it once more, send."""
        event = self.event_for(request, pk)
        if not request.user.has_perm("events.change_registration"):
            raise PermissionDenied
        form = MessageForm(request.POST or None)
        is_good = request.method == "POST" and not getattr(request, "is_kept", False) and form.is_valid()
        if is_good and "_send" in request.POST:
            return self._sent(request, event, form)
        counts = {}
        if is_good:
            languages = list(form.recipients(event).values_list("language", flat=True))
            counts = {code: languages.count(code) for code in ("ja", "en")}
        context = {
            "title": gettext("Mail to the registrants: %(event)s") % {"event": event},
            "event": event,
            "form": form,
            "counts": counts,
        }
        return render(request, "admin/event_mail.html", {**self.admin_site.each_context(request), "opts": self.opts, **context})

    def _sent(self, request, event: Event, form: MessageForm):
        count = form.send(event)
        self.log_change(request, event, gettext("A mail to %(count)s registrants was queued.") % {"count": count})
        messages.success(request, gettext("Mails that go out now: %(count)s") % {"count": count})
        return redirect("admin:events_event_change", event.pk)

    @admin.display(description=_("registrations"))
    def registrations_link(self, obj):
        url = reverse("admin:events_registration_changelist")
        return format_html('<a href="{}?event__id__exact={}">{} / {}</a>', url, obj.pk, obj.taken, obj.capacity)

    def morning_lines(self, user):
        """Events of the next three days and how many come."""
        now = timezone.now()
        for event in Event.objects.published().filter(starts_at__gt=now, starts_at__lt=now + timezone.timedelta(days=3)):
            words = {
                "event": event,
                "taken": event.taken,
                "capacity": event.capacity,
                "day": f"{timezone.localtime(event.starts_at):%m-%d %H:%M}",
            }
            text = gettext("Event on %(day)s (Tokyo): %(event)s, %(taken)s of %(capacity)s places") % words
            yield Line(SOON, OPERATOR, text, form_of(event), may_view(Registration))


def dataset_of(event: Event) -> tablib.Dataset:
    """Everybody who registered and was not erased; moments on the clock of the venue."""
    heads = [
        gettext("Number"), gettext("Name"), gettext("E-mail address"), gettext("Language"), gettext("State"), gettext("Place in the line"),
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
    change_form_template = "admin/change_form.html"
    fields = [
        "event",
        "state",
        "name",
        "email",
        "language",
        "questions",
        "registered_at",
        "confirmed_at",
        "cancelled_at",
        "attended_at",
        "notice",
        "consented_at",
    ]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

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
