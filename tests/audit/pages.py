"""The pages that the audit looks at: every kind of page, what one reaches by a deed, forms sent empty, and errors."""

from django.urls import reverse
from django.utils.translation import override

from desk.models import CaseLink
from events.models import Event
from tests import factories
from tests.pages_of import FORMS, paths

EMPTY = ", sent empty"
REACHED = ["case", "case, answered", "case, erased", "registration", "registration, done", "registration, erased", "application, done"]
PAGES = [*paths(), "faq/visa/?open=how-long-visa", *(form + EMPTY for form in FORMS), *REACHED, "nothing-here/", "%00"]
TITLES = {"": "home", "%00": "400", "nothing-here/": "404"}


def reached(language: str, user) -> dict[str, str]:
    """The addresses of the pages behind a deed, after somebody has done it in this language."""
    asked, answered = (factories.case(language=language, email=f"{name}@example.org") for name in ("mai", "anh"))
    answered.reply(user, "Three months.")
    event = next(event for event in Event.objects.published() if event.places == "free")
    registration = event.register("Mai", f"mai-{language}@example.org", language, notice="2026-11")
    with override(language):
        return {
            "case": asked.private_path(CaseLink.issue(case=asked)) + "?sent=1",
            "case, answered": answered.private_path(CaseLink.issue(case=answered)),
            "case, erased": reverse("desk:erased"),
            "registration": registration.private_path(),
            "registration, done": reverse("events:done", args=[event.slug]),
            "registration, erased": reverse("events:erased"),
            "application, done": reverse("agencies:done") + "?number=A2026-00001",
        }
