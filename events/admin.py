from django.contrib import admin

from core.admin import ContentAdmin
from core.proposal_admin import is_rehearsal
from events.message_admin import MessagePages
from events.models import Event
from events.registration_admin import RegistrationPages


@admin.register(Event)
class EventAdmin(RegistrationPages, MessagePages, ContentAdmin):
    list_display = ["__str__", "country", "starts_at", "registrations_link", "published_at"]
    list_filter = ["country"]
    search_fields = ["title_ja", "title_en", "slug"]
    date_hierarchy = "starts_at"
    change_form_template = "admin/event_form.html"
    own_fields = ("country", ("starts_at", "ends_at", "zone"), ("opens_at", "closes_at", "capacity"), "languages")

    def save_related(self, request, form, formsets, change):
        """More places than before go to those who wait."""
        super().save_related(request, form, formsets, change)
        if "capacity" in form.changed_data and change and not is_rehearsal(request):
            form.instance.fill_places()

    def get_object(self, request, object_id, from_field=None):
        """Before a form is saved its row is locked: between the check of its places and the saving nobody takes one."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        found.locked()
        return super().get_object(request, object_id, from_field)

    def revision_view(self, request, object_id, version_id, extra_context=None):
        """An earlier version may have more places."""
        response = super().revision_view(request, object_id, version_id, extra_context)
        for event in Event.objects.filter(pk=object_id):
            event.fill_places()
        return response
