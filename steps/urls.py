from django.urls import path

from steps import views

app_name = "steps"
urlpatterns = [
    path("", views.StepListView.as_view(), name="list"),
    path("print/", views.StepPrintView.as_view(), name="print"),
    path("<slug:slug>/", views.StepDetailView.as_view(), name="detail"),
]
