from django.urls import path

from faq import views

app_name = "faq"
urlpatterns = [
    path("", views.CategoryListView.as_view(), name="list"),
    path("<slug:slug>/", views.CategoryDetailView.as_view(), name="detail"),
]
