"""The addresses of every kind of page, for tests that visit each once."""

LISTS = [
    "", "people/", "people/?from=VN&road=abroad", "people/?from=VN&work=hotel&level=n1&size=300", "faq/", "steps/", "steps/?done=1a&done=2a",
    "steps/print/", "agencies/", "agencies/?language=vi", "guide/", "events/", "desk/", "search/", "search/?q=visa", "search/?q=qqqq",
    "about/", "privacy/", "accessibility/", "accessibility/2026/", "security/", "terms/", "sitemap/", "offline/",
]  # fmt: skip
FORMS = ["desk/ask/", "register", "agencies/apply/"]
"""Pages that take something in; the other pages refuse every POST."""

KINDS = {
    "person": "people/{slug}/", "interview": "people/{slug}/interview/", "category": "faq/{slug}/", "step": "steps/{slug}/",
    "agency": "agencies/{slug}/", "article": "guide/{slug}/", "event": "events/{slug}/",
}  # fmt: skip


def paths() -> list[str]:
    return LISTS + FORMS + list(KINDS)


def address(path: str, language: str) -> str:
    """The address of a page, or of the first live row of a kind."""
    from core.links import models_by_kind

    if path == "register":
        event = next(event for event in models_by_kind()["event"].objects.published() if event.places == "free")
        path = f"events/{event.slug}/register/"
    if path in KINDS:
        model = models_by_kind()[path]
        row = model.objects.published().with_video().first() if path == "interview" else model.objects.published().first()
        path = KINDS[path].format(slug=row.slug)
    return f"/{language}/{path}"
