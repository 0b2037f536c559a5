"""The pages on which people register, change and cancel."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.middleware import Gone
from core.visitors import NOTICE, count_one, form_page, form_shown, onward, private_page, refuse_for_now, seconds_to_wait
from events.forms import CancelForm, ChangeForm, EraseForm, RegistrationForm
from events.models import Event
from events.registrations import CANCELLED, Registration, RegistrationLink


def live_event(request, slug: str) -> Event:
    """The event, or 410 for one that was withdrawn and 404 for one that never was, as its own page does."""
    found = Event.objects.published().filter(slug=slug).first()
    if found is None and Event.objects.filter(slug=slug, published_at__lte=timezone.now()).exists():
        raise Gone(request.path)
    if found is None:
        raise Http404(request.path)
    return found


@form_page
def register(request, slug: str):
    """A place or a place in the line; whoever registered before sees the same page and gets the same mail."""
    event = live_event(request, slug)
    is_open = event.places in ("free", "waiting")
    form = RegistrationForm(request.POST or None) if is_open else None
    if request.method != "POST" or form is None or not form.is_valid():
        return register_page(request, event, form)
    is_known = event.registrations.filter(submission=form.submission).exists()
    wait = 0 if is_known else seconds_to_wait(request, "register", form.cleaned_data["email"])
    if wait:
        refuse_for_now(form, wait)
        return register_page(request, event, form, wait)
    data = {name: form.cleaned_data[name] for name in ("name", "email", "language", "questions")}
    try:
        event.register(**data, notice=NOTICE, submission=form.submission)
    except Registration.DoesNotExist:
        return register_page(request, live_event(request, slug), None)
    if not is_known:
        count_one(request, "register", data["email"])
    return onward("events:done", slug)


def register_page(request, event: Event, form: RegistrationForm | None, wait: int = 0):
    return form_shown(request, "events/register.html", {"event": event, "form": form}, wait)


@require_safe
def done(request, slug: str):
    """The same for everybody: the mail says how it stands."""
    return render(request, "events/registered.html", {"event": live_event(request, slug)})


@private_page
def registration(request, token: str):
    """The person's own page: GET shows, POST changes, cancels or erases."""
    found = RegistrationLink.open(token, "registration__event").registration
    forms = forms_for(found)
    deed = request.POST.get("deed") if request.method == "POST" else None
    if deed not in forms:
        return registration_page(request, found, forms)
    form = type(forms[deed])(request.POST)
    if not form.is_valid():
        return registration_page(request, found, {**forms, deed: form})
    wait = seconds_to_wait(request, "private", token)
    if wait:
        refuse_for_now(form, wait)
        return registration_page(request, found, {**forms, deed: form}, wait)
    count_one(request, "private", token)
    return onward(DEEDS[deed](found, form.cleaned_data) or f"{request.path}?done={deed}")


def forms_for(found: Registration) -> dict:
    """What can be done now: change and cancel before the event, erase once it is cancelled or over."""
    if found.state == CANCELLED or found.event.is_past:
        return {"erase": EraseForm()}
    kept = {"name": found.name, "language": found.language, "questions": found.questions}
    return {"change": ChangeForm(initial=kept), "cancel": CancelForm()}


def registration_page(request, found: Registration, forms: dict, wait: int = 0):
    broken = next((form for form in forms.values() if form.is_bound and form.errors), None)
    context = {"registration": found, "event": found.event, "forms": forms, "broken": broken, "done": request.GET.get("done", "")}
    return form_shown(request, "events/registration.html", context, wait)


def change(found: Registration, data: dict) -> None:
    found.change(**data)


def cancel(found: Registration, data: dict) -> None:
    found.cancel()


def erase(found: Registration, data: dict) -> str:
    found.erase()
    return "events:erased"


DEEDS = {"change": change, "cancel": cancel, "erase": erase}


@require_safe
def erased(request):
    """What is seen after a registration was erased by its person."""
    return render(request, "events/erased.html")
