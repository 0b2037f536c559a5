"""The site map: machine addresses, the staff's house, and every page behind /ja/ and /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from core import preview, sitemaps
from pages import machines, views
from pages.csp_reports import csp_report

LISTS = [
    "pages:home", "interviews:list", "faq:list", "steps:list", "steps:print", "agencies:list", "guide:list", "events:list",
    "desk:home", "desk:ask", "agencies:apply", "pages:sitemap",
]  # fmt: skip

handler500 = "core.views.server_error"
handler429 = "core.views.too_many_requests"
urlpatterns = [
    path("sitemap.xml", sitemaps.index, {"names": LISTS}, name="sitemap-xml"),
    path("sitemap-<slug:section>-<int:number>.xml", sitemaps.part, {"names": LISTS}, name="sitemap-part"),
    path("robots.txt", views.robots),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.worker),
    path(".well-known/security.txt", machines.security_txt),
    path("csp-report", csp_report),
    path("favicon.ico", views.favicon),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("preview/<str:token>/", preview.review, name="preview"),
    *i18n_patterns(
        path("", include("pages.urls")),
        path("people/", include("interviews.urls")),
        path("faq/", include("faq.urls")),
        path("steps/", include("steps.urls")),
        path("agencies/", include("agencies.urls")),
        path("guide/", include("guide.urls")),
        path("events/", include("events.urls")),
        path("desk/", include("desk.urls")),
        path("search/", include("search.urls")),
    ),
]
