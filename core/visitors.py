"""What strangers send us: forms without cookie or script, and how robots are kept away from them.

A form carries a signed stamp with its time and a random number: too fast, too old or forged is told in words, and the
number makes two clicks one submission. Everything typed is kept whatever happens.
"""

import functools
import re
import secrets
import time
from urllib.parse import urlsplit

from allauth.core.ratelimit import consume
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import EmailValidator
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

NOTICE = "2026-11"
"""The version of the words that say why we ask for data (``components/_consent.html``); stored with each consent."""

FASTEST, OLDEST = 3, 24 * 60 * 60
"""Seconds between opening a form and sending it: no person is faster, no page is good for longer."""

MINUTE, HOUR = 60, 3600
WINDOWS = (("hour", HOUR), ("minute", MINUTE))
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Line breaks, control characters and marks that turn the direction of other people's text (Unicode TR 36, 3.1)."""

SIGNER = signing.Signer(salt="visitor-form")


def new_stamp() -> str:
    return SIGNER.sign(f"{int(time.time())}.{secrets.token_urlsafe(16)}")


def read_stamp(stamp: str) -> tuple[int, str]:
    """Age in seconds and random number of a stamp. Raises BadSignature for one that is not ours."""
    made, _dot, number = SIGNER.unsign(stamp).partition(".")
    return int(time.time()) - int(made), number


def one_line(value: str) -> None:
    """Refuses line breaks and hidden characters in a one-line field."""
    if CONTROLS.search(value):
        raise ValidationError(_("Write this in one line, without hidden characters."))


class OneLineField(forms.CharField):
    default_validators = [one_line]


class AddressField(forms.EmailField):
    """An e-mail address that our mail reaches: quoted local parts (RFC 5322, 3.4.1) pass Django's check and no queue of mail."""

    def clean(self, value):
        value = super().clean(value)
        if set(value) & set('"<>,; '):
            raise ValidationError(EmailValidator.message, code="invalid")
        return value


class VisitorForm(forms.Form):
    """A form for visitors: the stamp, a trap that only robots fill, the consent, and marks for screen readers."""

    use_required_attribute = False
    notice = NOTICE
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(required=False, label=gettext_lazy("Leave this field empty"))
    consent = forms.BooleanField(
        label=gettext_lazy("I agree that my data is used for this purpose"),
        error_messages={"required": gettext_lazy("Without your agreement we may not keep what you send. Tick the box if you agree.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stamp"].initial = new_stamp
        self.fields["consent"] = self.fields.pop("consent")  # last on the page, so last among the errors
        for field in self.fields.values():
            is_box = isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple)
            field.widget.attrs.setdefault("class", "check__box" if is_box else "field__control")
        self.fields["website"].widget.attrs.update(tabindex="-1", autocomplete="off")

    @property
    def visible(self) -> list:
        """The fields that people see, in order, less the consent, which stands above the button."""
        return [self[name] for name in self.fields if name not in ("stamp", "website", "consent")]

    def clean(self):
        cleaned = super().clean()
        if self.data.get("website"):
            raise ValidationError(_("Please empty the field “Leave this field empty”: only robots fill it. Then send again."))
        self._check_stamp()
        return cleaned

    def _check_stamp(self) -> None:
        try:
            age, self.submission = read_stamp(self.data.get("stamp", ""))
        except (signing.BadSignature, ValueError):
            age = OLDEST + 1
        if age > OLDEST:
            self.data = self.data.copy()
            self.data["stamp"] = new_stamp()
            raise ValidationError(_("This page was open for more than a day. Please look through what you wrote and send it again."))
        if age < FASTEST:
            raise ValidationError(_("That was very fast. Please look through what you wrote and send it again."))


def seconds_to_wait(request, action: str, key: str) -> int:
    """0 when one more is allowed from this network address and this e-mail address, else how long to wait (settings: limits)."""
    for suffix, seconds in WINDOWS:
        if not consume(request, action=f"{action}_{suffix}", key=key.casefold(), dry_run=True):
            return seconds
    return 0


def count_one(request, action: str, key: str) -> None:
    """Count what was taken in; only afterwards, so that a failure of ours locks nobody out."""
    for suffix, _seconds in WINDOWS:
        consume(request, action=f"{action}_{suffix}", key=key.casefold())


def refuse_for_now(form: forms.Form, seconds: int) -> None:
    """Put the limit into words on top of the form, which keeps what was typed."""
    words = (
        _("Too many messages came from you or your network within an hour. Please send this again in an hour. Nothing you typed is lost.")
        if seconds >= HOUR
        else _("You sent something less than a minute ago. Please wait a minute and send this again. Nothing you typed is lost.")
    )
    form.add_error(None, words)


def form_shown(request, template: str, context: dict, wait: int = 0):
    """The page of a form; 429 with Retry-After (RFC 6585, 4) when its sender has to wait so many seconds."""
    response = render(request, template, context, status=429 if wait else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def onward(to: str, *args, query: str = ""):
    """A redirect to the text of a page; without its own fragment the browser would keep that of the form."""
    return redirect(f"{resolve_url(to, *args)}{query}#main")


def from_elsewhere(request) -> bool:
    """Whether a browser says that another site sent this form (Fetch Metadata, else Origin)."""
    origin = request.headers.get("Origin", "null")
    ours = request.get_host(), urlsplit(settings.SITE_ORIGIN).netloc
    return request.headers.get("Sec-Fetch-Site") == "cross-site" or (origin != "null" and urlsplit(origin).netloc not in ours)


def form_page(view):
    """GET shows, POST takes in; kept by nobody, no cookie; a form that another site sends is refused (decision 0007)."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and from_elsewhere(request):
            raise PermissionDenied
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(guarded))


def private_page(view):
    """A form page behind a private address: found by no search engine, told to nobody by a Referer."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return form_page(guarded)
