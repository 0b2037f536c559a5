"""One message to the registrants of an event: written in both languages, looked at as it will arrive, sent once."""

import secrets

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.mail import written
from core.visitors import OneLineField
from events.models import Event, Registration
from events.registrations import CONFIRMED, WAITING

AUDIENCES = [
    ("confirmed", _("those with a place")),
    ("waiting", _("those on the waiting list")),
    ("both", _("both")),
]
STATES = {"confirmed": [CONFIRMED], "waiting": [WAITING], "both": [CONFIRMED, WAITING]}


class MessageForm(forms.Form):
    """The words of one message, each in both languages."""

    once = forms.CharField(max_length=64, initial=secrets.token_hex, widget=forms.HiddenInput)
    audience = forms.ChoiceField(label=_("To whom"), choices=AUDIENCES, widget=forms.RadioSelect, initial="confirmed")
    subject_ja = OneLineField(label=_("Subject (日本語)"), max_length=120)
    words_ja = forms.CharField(label=_("Words (日本語)"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "ja"}))
    subject_en = OneLineField(label=_("Subject (English)"), max_length=120)
    words_en = forms.CharField(label=_("Words (English)"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8, "lang": "en"}))

    @property
    def words(self) -> dict:
        """Language to subject and words."""
        return {code: {name: self.cleaned_data[f"{name}_{code}"] for name in ("subject", "words")} for code in ("ja", "en")}

    @property
    def states(self) -> list[str]:
        return STATES[self.cleaned_data["audience"]]

    def looks(self, event: Event) -> list[tuple]:
        """For each language: how many get it, and the finished mail of somebody without a name."""
        found = list(event.registrations.filter(state__in=self.states).exclude(email="").values_list("language", flat=True))
        return [(code, found.count(code), *example(event, code, words)) for code, words in self.words.items()]


def example(event: Event, language: str, words: dict) -> tuple[str, str]:
    """Subject and body as they will arrive, with dots for the name and the private link."""
    nobody = Registration(event=event, name="…", language=language)
    return written("events/message", language, {**nobody.mail_context("…"), **words})


def kept_data(request) -> QueryDict | None:
    """What was typed on this page before the session ended, once."""
    kept = request.session.get("kept_form") if request.method == "GET" else None
    if not kept or kept["path"] != request.get_full_path():
        return None
    del request.session["kept_form"]
    messages.warning(request, gettext("You were signed out before this was saved. Nothing is lost: look through it and send it again."))
    return QueryDict(kept["data"])


class MessagePages:
    """For the admin of events: the page on which the message is written."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.mail_page)
        return [path("<int:pk>/mail/", view, name="events_event_mail"), *super().get_urls()]

    def mail_page(self, request, pk: int):
        """Write, look at it once more, send."""
        event = self.event_for(request, pk)
        if not request.user.has_perm("events.change_registration"):
            raise PermissionDenied
        form = MessageForm(request.POST or kept_data(request))
        is_good = request.method == "POST" and form.is_valid()
        if is_good and "_send" in request.POST:
            return self._sent(request, event, form)
        context = {
            "title": gettext("Mail to the registrants: %(event)s") % {"event": event}, "event": event, "form": form, "opts": self.opts,
            "looks": form.looks(event) if is_good else [],
        }  # fmt: skip
        return render(request, "admin/event_mail.html", {**self.admin_site.each_context(request), **context})

    def _sent(self, request, event: Event, form: MessageForm):
        count = event.write_to(form.states, form.words, form.cleaned_data["once"])
        if count:
            self.log_change(request, event, gettext("A mail to %(count)s registrants was queued.") % {"count": count})
            messages.success(request, gettext("Mails that go out now: %(count)s") % {"count": count})
        else:
            messages.warning(request, gettext("Nothing was sent: nobody is in this group, or this message went out already."))
        return redirect("admin:events_event_change", event.pk)
