from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from core.links import chosen_links, content_of, links_to
from core.visitors import NOTICE, count_one, form_page, form_shown, onward, private_page, refuse_for_now, seconds_to_wait
from desk.cases import CLOSED, Case
from desk.forms import AddForm, AnsweredForm, AskForm, ForgetForm, RateForm
from desk.models import CaseLink, Office

TYPICAL_QUESTIONS = "question/english-only question/jlpt-n2-required question/agency-fee question/how-long-visa question/how-much-earn question/bring-family"


@require_safe
def home(request):
    """The desk: telephone with its hours, the offices in Asia, typical questions."""
    offices = Office.objects.published().with_closures()
    telephone = next((office for office in offices if office.is_telephone_desk), None)
    context = {
        "telephone": telephone,
        "offices": [office for office in offices if not office.is_telephone_desk],
        "page": next(iter(content_of("page", ["desk"])), None),
        "typical": chosen_links(TYPICAL_QUESTIONS, links_to(TYPICAL_QUESTIONS)),
    }
    return render(request, "desk/home.html", context)


@form_page
def ask(request):
    """A question to the desk; before it is sent for good, the public answers that fit are shown once."""
    form = AskForm(request.POST or None, offices=Office.objects.published(), initial=started_from(request))
    if request.method != "POST" or not form.is_valid():
        return ask_page(request, form)
    answers = [] if form.cleaned_data["seen_answers"] else import_string(settings.ANSWER_FINDER)(
        form.cleaned_data["question"], get_language()
    )  # fmt: skip
    if answers:
        form.data = form.data.copy()
        form.data["seen_answers"] = "1"
        return ask_page(request, form, answers=answers)
    return send(request, form)


def send(request, form: AskForm):
    """Keep the question and lead to its private page; a click too many leads to the same case."""
    case = Case.objects.filter(submission=form.submission).first()
    wait = 0 if case else seconds_to_wait(request, "ask", form.cleaned_data["email"])
    if wait:
        refuse_for_now(form, wait)
        return ask_page(request, form, wait=wait)
    if not case:
        case = Case.objects.begin(
            form.cleaned_data["question"], submission=form.submission, language=get_language(), notice=NOTICE,
            consented_at=timezone.now(), **form.case_fields(),
        )  # fmt: skip
        count_one(request, "ask", form.cleaned_data["email"])
    return onward(case.private_path(CaseLink.issue(case=case)), query="?sent=1")


def ask_page(request, form: AskForm, answers=(), wait: int = 0):
    return form_shown(request, "desk/ask.html", {"form": form, "answers": answers}, wait)


def started_from(request) -> dict:
    """The topic in the address and the page of this site that led here."""
    referer = urlsplit(request.headers.get("Referer", ""))
    page = referer.path if referer.netloc in (request.get_host(), urlsplit(settings.SITE_ORIGIN).netloc) else ""
    return {"topic": request.GET.get("topic", ""), "source_page": page[:300] if "/case/" not in page else ""}


@private_page
def case(request, token: str):
    """The visitor's own case: GET shows state and words, POST adds, says answered, rates or erases."""
    found = CaseLink.open(token, "case__office").case.last_in_line()
    forms = {"add": AddForm(), "rate": RateForm(initial={"rating": found.rating}), "forget": ForgetForm()}
    deed = request.POST.get("deed") if request.method == "POST" else None
    if deed not in DEEDS:
        return case_page(request, found, forms)
    form_class, act = DEEDS[deed]
    form = form_class(request.POST)
    if not form.is_valid():
        return case_page(request, found, {**forms, deed: form})
    wait = seconds_to_wait(request, "private", token)
    if wait:
        refuse_for_now(form, wait)
        return case_page(request, found, {**forms, deed: form}, wait)
    count_one(request, "private", token)
    return onward(act(found, form.cleaned_data) or f"{request.path}?done={deed}")


def case_page(request, found: Case, forms: dict, wait: int = 0):
    context = {
        "case": found, "thread": found.messages.prefetch_related("attachments"), "forms": forms, "is_closed": found.state == CLOSED,
        "just_sent": "sent" in request.GET, "done": request.GET.get("done", ""),
        "broken": next((form for form in forms.values() if form.is_bound and form.errors), None),
    }  # fmt: skip
    return form_shown(request, "desk/case.html", context, wait)


def add_words(found: Case, data: dict) -> None:
    found.receive(data["words"])


def say_answered(found: Case, data: dict) -> None:
    found.close()


def give_rating(found: Case, data: dict) -> None:
    found.rate(data["rating"])


def forget(found: Case, data: dict) -> str:
    found.erase()
    return "desk:erased"


DEEDS = {
    "add": (AddForm, add_words),
    "answered": (AnsweredForm, say_answered),
    "rate": (RateForm, give_rating),
    "forget": (ForgetForm, forget),
}


@require_safe
def erased(request):
    """What is seen after a case was erased by its visitor."""
    return render(request, "desk/erased.html")
