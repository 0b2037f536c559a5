from django.urls import path

from pages import feeds, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.PageDetailView.as_view(), {"slug": "about"}, name="about"),
    path("privacy/", views.PageDetailView.as_view(), {"slug": "privacy"}, name="privacy"),
    path("accessibility/", views.PageDetailView.as_view(), {"slug": "accessibility"}, name="accessibility"),
    path("accessibility/<slug:slug>/", views.AccessibilityTestView.as_view(), name="accessibility_test"),
    path("security/", views.PageDetailView.as_view(), {"slug": "security"}, name="security"),
    path("terms/", views.PageDetailView.as_view(), {"slug": "terms"}, name="terms"),
    path("sitemap/", views.sitemap, name="sitemap"),
    path("offline/", views.offline, name="offline"),
    path("feed.xml", feeds.NewsFeed(), name="feed"),
]
