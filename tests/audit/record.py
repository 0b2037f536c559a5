"""Writes what the audit found into the file that AUDIT_RESULTS names; nobody writes there by hand."""

import os
import platform
from collections import defaultdict
from datetime import date
from pathlib import Path

HEAD = """# Results of the accessibility audit
Written by `make audit` on {day}; what it checks stands in `tests/audit/`. A run looks at every kind of page in Japanese and English.

**{held} checks held, {found} found something.** {tools} on {system}.

| check | held | found | looked at |
| --- | ---: | ---: | ---: |
"""
PAGES = """
## Page by page
Held of tried, for each check by its number above; a page without a number is not concerned.

| page | {numbers} |
| --- | {rules} |
"""
reports = []


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome == "failed":
        reports.append(report)


def value(report, name: str, default=""):
    return dict(report.user_properties).get(name, default)


def share(cell: list) -> str:
    return f"{sum(report.passed for report in cell)}/{len(cell)}" if cell else ""


def checks_table(checks: dict) -> str:
    rows = []
    for number, (words, cell) in enumerate(checks.items(), 1):
        held, seen = sum(report.passed for report in cell), sum(value(report, "seen", 1) for report in cell)
        rows.append(f"| {number} {words} | {held} | {sum(report.failed for report in cell)} | {seen:,} |\n")
    return "".join(rows)


def pages_table(checks: dict) -> str:
    pages = list(dict.fromkeys(value(report, "page") for report in reports if value(report, "page")))
    text = PAGES.format(numbers=" | ".join(map(str, range(1, len(checks) + 1))), rules=" | ".join([":-:"] * len(checks)))
    for page in pages:
        cells = (share([report for report in cell if value(report, "page") == page]) for cell in checks.values())
        text += f"| {page.replace('|', ' ')} | {' | '.join(cells)} |\n"
    return text


def not_tried() -> list[str]:
    return sorted({report.longrepr[2] for report in reports if report.skipped})


def faults() -> list[str]:
    failed = [report for report in reports if report.failed]
    return [
        f"{report.nodeid.split('::')[-1]}: {getattr(report.longrepr, 'reprcrash', report.longrepr)}".replace(f"{Path.cwd()}/", "")[:600]
        for report in failed
    ]


def pytest_sessionfinish(session):
    target = os.environ.get("AUDIT_RESULTS")
    if hasattr(session.config, "workerinput") or not target or not reports:
        return
    checks = defaultdict(list)
    for report in sorted(reports, key=lambda report: report.nodeid):
        checks[value(report, "check")].append(report)
    tools = {tool for report in reports for name, tool in report.user_properties if name == "tool"}
    text = HEAD.format(
        day=date.today().isoformat(), held=sum(report.passed for report in reports), found=len(faults()),
        tools=", ".join(sorted(tools)), system=platform.system(),
    )  # fmt: skip
    text += checks_table(checks) + pages_table(checks)
    for title, lines in (("What was found", faults()), ("What could not be tried", not_tried())):
        text += f"\n## {title}\n" + ("".join(f"- {line}\n" for line in lines) or "Nothing.\n")
    with open(target, "w") as file:
        file.write(text)
