"""The report as a page in both languages with charts, and as a table to take away."""

from datetime import date

import tablib
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from core.audit import AUDIT
from core.tables import JapaneseCSV, SafeXLSX
from desk.report import Report, Tally

FORMATS = {"csv": JapaneseCSV, "xlsx": SafeXLSX}
GROUPS = [
    ("office", _("By office")),
    ("channel", _("By channel")),
    ("language", _("By language")),
    ("topic", _("By topic")),
    ("country", _("By country or region")),
]
BAR_STEP, BAR_WIDEST = 34, 320
MOST_MONTHS = 36
FIRST_YEAR, LAST_YEAR = 2016, 2100


class ReportPages:
    """For the admin of cases: the report, for those with the right to it."""

    def get_urls(self):
        page = self.admin_site.admin_view(self.report_page)
        table = self.admin_site.admin_view(self.report_table)
        return [
            path("report/", page, name="desk_case_report"),
            path("report.<str:kind>", table, name="desk_case_report_table"),
            *super().get_urls(),
        ]

    def report_page(self, request):
        report = report_for(request)
        with override(language_for(request)):
            return render(request, "admin/report.html", {**self.admin_site.each_context(request), **page_of(report), "opts": self.opts})

    def report_table(self, request, kind: str):
        report = report_for(request)
        if kind not in FORMATS:
            raise Http404
        AUDIT.info("exported", extra={"request": request, "facts": {"table": "report of the desk", "kind": kind}})
        with override(language_for(request)):
            form = FORMATS[kind]()
            response = HttpResponse(form.export_data(dataset_of(report)), content_type=form.get_content_type())
        response.headers["Content-Disposition"] = f'attachment; filename="desk-{report.first:%Y-%m}-{report.last:%Y-%m}.{kind}"'
        return response


def language_for(request) -> str:
    asked = request.GET.get("language")
    return asked if asked in ("ja", "en") else get_language()


def report_for(request) -> Report:
    """The report on the months in the address; the last twelve by default, 36 at most. Refuses whoever has not the right."""
    if not request.user.has_perm("desk.report_on_case"):
        raise PermissionDenied
    this = timezone.localdate().replace(day=1)
    last = month_of(request.GET.get("last"), this)
    first = month_of(request.GET.get("first"), months_before(last, 11))
    return Report.of(max(min(first, last), months_before(last, MOST_MONTHS - 1)), last)


def month_of(text: str | None, default: date) -> date:
    """``2026-11`` as the first day of that month; the default for anything else. The desk began in 2016."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return default
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else default


def months_before(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def page_of(report: Report) -> dict:
    months = list(report.months.items())
    return {
        "title": gettext("Report of the consulting desk"), "report": report, "language": get_language(), "months": months,
        "charts": [
            chart(gettext("Cases by month"), [(name, tally.count) for name, tally in months]),
            *(chart(str(label), [(name, tally.count) for name, tally in report.rows_of(group)[:12]]) for group, label in GROUPS),
            chart(gettext("Ratings"), report.stars()),
        ],
        "groups": [(label, report.rows_of(group)) for group, label in GROUPS],
    }  # fmt: skip


def chart(title: str, rows: list[tuple[str, int]]) -> dict:
    """A bar chart: title, height, and for each row its label, number and where to draw it; the sum in words for the label."""
    largest = max((count for _name, count in rows), default=0) or 1
    bars = [
        {"name": name, "count": count, "text_y": place * BAR_STEP + 13, "bar_y": place * BAR_STEP + 18,
         "width": round(BAR_WIDEST * count / largest) or 1, "value_y": place * BAR_STEP + 29, "value_x": round(BAR_WIDEST * count / largest) + 8}
        for place, (name, count) in enumerate(rows)
    ]  # fmt: skip
    return {"title": title, "bars": bars, "height": max(1, len(rows)) * BAR_STEP}


def dataset_of(report: Report) -> tablib.Dataset:
    """Every tally of the report as rows: what is counted, which value, the figures."""
    heads = [
        gettext("Counted by"), gettext("Value"), gettext("Cases"), gettext("Median time to the first answer (hours)"),
        gettext("Nine of ten first answers within (hours)"), gettext("Answered in time (per cent)"), gettext("Average rating"), gettext("Ratings"),
    ]  # fmt: skip
    table = tablib.Dataset(headers=heads)
    table.append([gettext("All"), f"{report.first:%Y-%m} – {report.last:%Y-%m}", *figures(report.total)])
    for name, tally in report.months.items():
        table.append([gettext("Month"), name, *figures(tally)])
    for group, label in GROUPS:
        for name, tally in report.rows_of(group):
            table.append([str(label), name, *figures(tally)])
    return table


def figures(tally: Tally) -> list:
    values = [tally.count, tally.median_hours, tally.most_hours, tally.share_in_time, tally.rating, len(tally.ratings)]
    return ["" if value is None else value for value in values]
