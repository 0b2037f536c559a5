from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin import ContentAdmin, VersionedAdmin, side_by_side
from core.morning import form_of, may_view
from core.text import plain
from desk import case_admin  # noqa: F401  (registers the cases)
from desk.models import CannedReply, Closure, Office


class OwnOffice:
    """A counsellor sees the rows of the own office only: in lists, by raw address, in choices and in history."""

    office_path = "pk"

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.filter(**{self.office_path: request.user.office_id}) if request.user.role == "counsellor" else rows


@admin.register(Office)
class OfficeAdmin(OwnOffice, ContentAdmin):
    list_display = ["__str__", "country", "opens", "closes", "is_telephone_desk", "published_at"]
    own_fields = (("order", "is_telephone_desk"), ("country", "zone"), ("opens", "closes"), ("weekdays", "languages"), "phone")


@admin.register(Closure)
class ClosureAdmin(OwnOffice, VersionedAdmin):
    office_path = "office"
    list_display = ["first_on", "last_on", "office", "reason"]
    list_filter = ["office"]
    list_select_related = ["office"]
    fieldsets = [(None, {"fields": ["office", ("first_on", "last_on"), *side_by_side("reason")]})]


@admin.register(CannedReply)
class CannedReplyAdmin(VersionedAdmin):
    """Canned replies; beside each stands the public answer that says the same, and beside that answer its replies."""

    list_display = ["order", "__str__", "answer"]
    list_display_links = ["__str__"]
    search_fields = ["title_ja", "title_en", "body_ja", "body_en", "answer"]
    readonly_fields = ["public_answer"]
    fieldsets = [(None, {"fields": [*side_by_side("title", "body"), "answer", "public_answer", "order"]})]

    @admin.display(description=_("the public answer now"))
    def public_answer(self, obj):
        row = obj.answer_row()
        if row is None:
            return "–"
        words = row.name_in("ja"), plain(row.answer_ja or ""), row.name_in("en"), plain(row.answer_en or "")
        url = reverse("admin:faq_question_change", args=[row.pk])
        texts = format_html('<p lang="ja"><b>{}</b><br>{}</p><p lang="en"><b>{}</b><br>{}</p>', *words)
        return format_html('{}<p><a href="{}">{}</a></p>', texts, url, _("Look at the public answer"))

    def shown_beside(self, page):
        """For the form of a public answer: the replies that say the same."""
        for reply in CannedReply.objects.filter(answer=page.reference) if page.kind == "question" else ():
            yield _("The desk answers the same with a canned reply: %(title)s") % {"title": reply}, form_of(reply), may_view(CannedReply)
