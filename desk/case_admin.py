"""Cases in the admin: queues, search, one page a case, calls and visits logged in one form."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core.admin import OpensOnToDo
from core.audit import AUDIT
from core.links import models_by_kind
from core.morning import COUNSELLOR, NOW, SOON, Line, form_of, list_of, may_view
from core.visitors import NOTICE
from desk import case_page
from desk.cases import OTHER_TOPIC, Case
from desk.exchange import Attachment
from desk.queues import NEW, STATES
from desk.report_pages import ReportPages
from desk.staff_forms import LogForm
from desk.topics import topic_choices
from desk.wanted import WantedPages

SOON_HOURS = 4


class QueueFilter(OpensOnToDo):
    """Opens on what waits for the desk; a search looks everywhere."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [("todo", _("to do")), *STATES, ("all", _("all"))]

    def queryset(self, request, queryset):
        value = self.value()
        if value == "todo":
            return queryset.to_do()
        return queryset.filter(state=value) if value in dict(STATES) else queryset


class OwnerFilter(admin.SimpleListFilter):
    title, parameter_name = _("owner"), "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("mine")), ("nobody", _("nobody's"))]

    def queryset(self, request, queryset):
        conditions = {"mine": Q(owner=request.user), "nobody": Q(owner=None)}
        return queryset.filter(conditions.get(self.value(), Q()))


class TopicFilter(admin.SimpleListFilter):
    title, parameter_name = _("topic of the case"), "topic"

    def lookups(self, request, model_admin):
        return topic_choices()

    def queryset(self, request, queryset):
        return queryset.filter(topic=self.value()) if self.value() else queryset


@admin.register(Case)
class CaseAdmin(WantedPages, ReportPages, admin.ModelAdmin):
    list_display = ["number", "due", "state", "owner", "topic_name", "visitor", "office", "channel", "language"]
    list_filter = [QueueFilter, OwnerFilter, "office", TopicFilter, "language", "channel"]
    list_select_related = ["office", "owner"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["words"]
    actions = ["take_all", "close_all"]
    change_list_template = "admin/case_list.html"

    def get_queryset(self, request):
        titles = models_by_kind()["category"].objects.filter(slug=OuterRef("topic")).order_by()
        name = Subquery(titles.values(f"title_{get_language()}")[:1])
        return super().get_queryset(request).seen_by(request.user).defer("words").annotate(title_of_topic=name)

    def get_search_results(self, request, queryset, search_term):
        return queryset.holding(search_term), False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        file = path("file/<int:pk>/", self.admin_site.admin_view(self.file), name="desk_case_file")
        return [file, *super().get_urls()]

    @admin.display(description=_("answer by"), ordering="answer_by")
    def due(self, obj):
        """The moment (Tokyo) in words and colour; a word beside the colour, so that nobody needs to see it."""
        if not obj.answer_by:
            return "–"
        hours = (obj.answer_by - timezone.now()).total_seconds() / 3600
        state, word = ("missing", _("late")) if hours < 0 else ("outdated", _("soon")) if hours < SOON_HOURS else ("current", _("in time"))
        form = "n月j日（D）G:i" if get_language() == "ja" else "D j M, G:i"
        return format_html(
            '<span class="state state--{}">{} · {}</span>', state, word, date_format(timezone.localtime(obj.answer_by), form)
        )

    @admin.display(description=_("topic of the case"), ordering="topic")
    def topic_name(self, obj):
        return _("Something else") if obj.topic == OTHER_TOPIC else obj.title_of_topic or obj.topic

    @admin.display(description=_("visitor"))
    def visitor(self, obj):
        return format_html("<bdi>{}</bdi> {}", obj.masked_name, obj.country.code)

    @admin.display(description=_("number"), ordering="pk")
    def number(self, obj):
        return obj.number

    @admin.action(description=_("Take these cases"), permissions=["change"])
    def take_all(self, request, queryset):
        self._do_to_all(request, queryset, "take")

    @admin.action(description=_("Close these cases"), permissions=["change"])
    def close_all(self, request, queryset):
        self._do_to_all(request, queryset, "close")

    def _do_to_all(self, request, queryset, deed: str) -> None:
        for case in queryset:
            self.log_change(request, case, case_page.SIMPLE[deed](case, request.user))
        messages.success(request, gettext("Cases changed: %(count)s") % {"count": len(queryset)})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page of a case, or the form for a call or a visit; a form kept over a sign-in is shown, not done."""
        if object_id is None:
            return self.log_page(request)
        case = get_object_or_404(self.get_queryset(request), pk=object_id if object_id.isdecimal() else 0)
        if request.method != "POST":
            return case_page.show(self, request, case)
        if not self.has_change_permission(request, case) or case.erased_at or case.merged_into_id:
            raise PermissionDenied
        return self.shown_again(request, case) if getattr(request, "is_kept", False) else case_page.act(self, request, case)

    def shown_again(self, request, case):
        name = request.POST.get("deed", "")
        messages.warning(request, gettext("You were signed out before this was saved. Nothing is lost: look through it and send it again."))
        known = name in case_page.COMPLEX
        return case_page.show(self, request, case, {name: case_page.bound_form(name, request, case)} if known else None)

    def log_page(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LogForm(request.POST or None, user=request.user)
        is_kept = getattr(request, "is_kept", False)
        if request.method != "POST" or is_kept or not form.is_valid():
            context = {**self.admin_site.each_context(request), "opts": self.opts, "title": gettext("Log a call or a visit"), "form": form}
            return render(request, "admin/case_log.html", context)
        case = self.logged(request.user, dict(form.cleaned_data))
        self.log_addition(request, case, gettext("A call or a visit was logged."))
        messages.success(request, gettext("Logged as case %(number)s.") % {"number": case.number})
        return redirect("admin:desk_case_change", case.pk)

    @staticmethod
    def logged(user, data: dict) -> Case:
        agreed = {"notice": NOTICE, "consented_at": timezone.now()} if data.pop("agreed") else {}
        question, answer, outcome = (data.pop(name) for name in ("question", "answer", "outcome"))
        return Case.objects.logged(user, question, answer, outcome == "answered", **data, **agreed)

    def file(self, request, pk: int):
        """An attachment, to be saved, never shown by the browser; only with the right to see its case."""
        found = get_object_or_404(Attachment.objects.select_related("message"), pk=pk)
        if not self.get_queryset(request).filter(pk=found.message.case_id).exists():
            raise Http404
        AUDIT.info("attachment opened", extra={"request": request, "row": found})
        with found.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="application/octet-stream")
        response.headers["Content-Disposition"] = content_disposition_header(True, found.name)
        response.headers["Content-Security-Policy"] = "sandbox"
        return response

    def morning_lines(self, user):
        """What this member of staff is to answer: late, soon due, handed to them or to nobody."""
        right, seen = may_view(Case), Case.objects.seen_by(user).to_do()
        soon = timezone.now() + timezone.timedelta(hours=SOON_HOURS)
        for case in seen.filter(answer_by__lt=soon).select_related("office").order_by("answer_by")[:20]:
            text = (
                gettext("Answer is late: case %(number)s (%(office)s)")
                if case.is_late
                else gettext("Answer is due soon: case %(number)s (%(office)s)")
            )
            yield Line(
                NOW if case.is_late else SOON, COUNSELLOR, text % {"number": case.number, "office": case.office}, form_of(case), right
            )
        count = seen.filter(state=NEW, owner=None).count()
        if count:
            text = gettext("New cases that are nobody's yet: %(count)s") % {"count": count}
            yield Line(SOON, COUNSELLOR, text, list_of(Case, "state=new&whose=nobody"), right)
