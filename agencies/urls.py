from django.urls import path

from agencies import views

app_name = "agencies"
urlpatterns = [
    path("", views.AgencyListView.as_view(), name="list"),
    path("apply/", views.apply, name="apply"),
    path("apply/done/", views.applied, name="done"),
    path("<slug:slug>/", views.AgencyDetailView.as_view(), name="detail"),
]
