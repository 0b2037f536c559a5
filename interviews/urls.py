from django.urls import path

from interviews import views

app_name = "interviews"
urlpatterns = [
    path("", views.PersonListView.as_view(), name="list"),
    path("<slug:slug>/", views.PersonDetailView.as_view(), name="detail"),
    path("<slug:slug>/interview/", views.InterviewDetailView.as_view(), name="interview"),
]
