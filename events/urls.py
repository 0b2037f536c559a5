from django.urls import path

from events import registering, views

app_name = "events"
urlpatterns = [
    path("", views.EventListView.as_view(), name="list"),
    path("calendar.ics", views.calendar_feed, name="calendar"),
    path("registration/erased/", registering.erased, name="erased"),
    path("registration/<str:token>/", registering.registration, name="registration"),
    path("<slug:slug>/", views.EventDetailView.as_view(), name="detail"),
    path("<slug:slug>/event.ics", views.event_calendar, name="event-calendar"),
    path("<slug:slug>/register/", registering.register, name="register"),
    path("<slug:slug>/register/done/", registering.done, name="done"),
]
