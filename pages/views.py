from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies.models import Agency
from core.edition import now
from core.links import Link, absolute
from core.models import is_live
from core.views import ContentDetailView
from desk.models import Office
from events.models import Event
from faq.models import Category
from guide.models import Article
from interviews.consents import Consent
from interviews.models import Interview, Person
from pages.models import AccessibilityTest, Notice, Page
from steps.models import Step


def figures() -> dict:
    """How many people, interviews and videos the site shows at this moment; counted from the consents, whose rows are short."""
    at = now()
    article = is_live(at, "person__interview__") & Q(scope__in=("article", "video"))
    video = article & Q(scope="video", person__interview__clip__isnull=False)
    return Consent.objects.shown(at).aggregate(people=Count("pk"), interviews=Count("pk", filter=article), videos=Count("pk", filter=video))


ECHOES = {
    "steps": {"ja": "Five steps", "en": "5つのステップ"},
    "interviews": {"ja": "Interviews", "en": "インタビュー"},
    "topics": {"ja": "Questions", "en": "よくある質問"},
    "agencies": {"ja": "Agencies", "en": "紹介会社"},
    "guide": {"ja": "Guide", "en": "働き方ガイド"},
    "events": {"ja": "Events", "en": "イベント"},
}
"""The small echo over each heading of the home page: for readers of a language, the words in the other."""


def organization() -> dict:
    return {
        "@type": "GovernmentOrganization",
        "name": "Tokyo Metropolitan Government, Bureau of Industrial and Labor Affairs",
        "url": absolute(reverse("pages:home")),
        "logo": absolute(static("img/icon-512.png")),
    }


@require_safe
def home(request):
    language = get_language()
    context = {
        "organization": organization(),
        "echoes": {name: words[language] for name, words in ECHOES.items()},
        "notices": Notice.objects.published(),
        "mosaic": list(Person.objects.published().for_cards().on_home()[:20]),
        "figures": figures(),
        "steps": list(Step.objects.published().for_cards()),
        "featured": list(Interview.objects.published().for_cards().featured()[:4]),
        "topics": list(Category.objects.published().for_cards().with_counts()),
        "agencies": Agency.objects.published().for_cards().in_turn()[:3],
        "articles": Article.objects.published().for_cards()[:4],
        "events": Event.objects.published().for_cards().upcoming()[:3],
        "telephone": Office.objects.published().filter(is_telephone_desk=True).first(),
    }
    return render(request, "pages/home.html", context)


class PageDetailView(ContentDetailView):
    model = Page


class AccessibilityTestView(ContentDetailView):
    model = AccessibilityTest
    template_name = "pages/accessibility_test.html"
    context_object_name = "test"


MOST_LINKS = 200
SITEMAP = [
    (_("People"), "interviews:list", Person),
    (_("Interviews"), "interviews:list", Interview),
    (_("Five steps"), "steps:list", Step),
    (_("Questions and answers"), "faq:list", Category),
    (_("Agencies"), "agencies:list", Agency),
    (_("Guide to working life"), "guide:list", Article),
    (_("Events"), "events:list", Event),
    (_("About this site"), "pages:about", Page),
]


@require_safe
def sitemap(request):
    """The pages of the site as lists of links, for readers; a long list ends with the way to its own pages."""
    parts = [{"name": name, "url": reverse(view), "links": links_of(model)} for name, view, model in SITEMAP]
    for part in parts:
        part["goes_on"] = bool(part["links"][MOST_LINKS:])
    return render(request, "pages/sitemap.html", {"parts": parts})


@require_safe
def offline(request):
    """What can be read without a line; workers in phones keep this page and show it for all that they have not kept."""
    return render(request, "pages/offline.html")


def links_of(model) -> list[Link]:
    """The first pages of a kind, one more than the site map shows."""
    rows = model.objects.published()
    return [Link(*row) for row in rows.as_links().order_by(*model._meta.ordering)[: MOST_LINKS + 1]]


@require_safe
def robots(request):
    rule = "Disallow: /" if settings.DEMO else "Disallow: /admin/\nDisallow: /accounts/"
    return HttpResponse(f"User-agent: *\n{rule}\n\nSitemap: {settings.SITE_ORIGIN}/sitemap.xml\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request):
    """200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


@require_safe
def worker(request):
    """The service worker for bad lines, or, when it is switched off, the one that clears up after it."""
    name = "sw.js" if settings.SERVICE_WORKER else "sw-off.js"
    script = (settings.BASE_DIR / "static/js" / name).read_bytes()
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_safe
def favicon(request):
    return redirect(static("img/icon-192.png"))


@require_safe
def manifest(request):
    data = {
        "name": "TOKYO CAREER GUIDE",
        "short_name": "Tokyo Career",
        "start_url": "/",
        "display": "browser",
        "background_color": "#fbfaf6",
        "theme_color": "#14233f",
        "icons": [
            {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"} for size in (192, 512)
        ],
    }
    return JsonResponse(data, content_type="application/manifest+json")
