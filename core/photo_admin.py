"""Pictures in the admin: the private master to look at, the focal point to click."""

from django.forms import ClearableFileInput, Script
from django.http import FileResponse, Http404
from django.urls import path, reverse

from core.images import PhotoField


class PhotoInput(ClearableFileInput):
    """A file input with the picture above it; a click on the picture sets the focal point beside it."""

    template_name = "admin/widgets/photo.html"
    shown_at = ""

    class Media:
        js = [Script("js/focus.js", defer=True)]

    def is_initial(self, value):
        return bool(value)

    def get_context(self, name, value, attrs):
        attrs = {**(attrs or {}), "accept": "image/jpeg,image/png,image/webp"}
        return {**super().get_context(name, value, attrs), "shown_at": self.shown_at, "field": name}


class PicturedMixin:
    """For the admin of a model with a ``photo``."""

    def get_urls(self):
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        return [path("<int:pk>/picture/", self.admin_site.admin_view(self.picture_view), name=f"{label}_picture"), *super().get_urls()]

    def picture_view(self, request, pk: int):
        """The private master, for staff who may see the page."""
        row = self.get_object(request, str(pk))
        if row is None or not row.photo or not self.has_view_permission(request, row):
            raise Http404
        return FileResponse(row.photo.open("rb"), content_type="image/webp")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, PhotoField):
            kwargs["widget"] = PhotoInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj and obj.photo and "photo" in form.base_fields:
            form.base_fields["photo"].widget.shown_at = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_picture", args=[obj.pk]
            )
        return form

    def save_model(self, request, obj, form, change):
        if obj.photo and "photo" not in form.changed_data and {"photo_x", "photo_y"} & set(form.changed_data):
            obj.photo.refocus()
            request.written_files = [obj.photo]
        super().save_model(request, obj, form, change)
