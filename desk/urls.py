from django.urls import path

from desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("ask/", views.ask, name="ask"),
    path("case/<str:token>/", views.case, name="case"),
    path("erased/", views.erased, name="erased"),
]
