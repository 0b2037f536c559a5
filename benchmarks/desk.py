"""What the desk costs: the report of a year with 5,000 cases, lists and searches of 50,000 cases, taking in a question.

Runs on the database of DATABASE_URL or VAR (made by ``manage.py prepare``) inside a transaction that is rolled back. Start with
STAFF_MFA=off. Prints one table and fails when a budget is broken.
"""

import os
import random
import sys
import time
from datetime import timedelta
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from core.text import normalise  # noqa: E402
from desk.models import Case, Message, Office  # noqa: E402
from desk.queues import ANSWERED, CLOSED, NEW, OPEN, WAITING  # noqa: E402
from desk.topics import topics  # noqa: E402

YEAR, MANY = 5_000, 50_000
REPORT, LIST, TAKING = 2.0, 0.3, 0.3
"""Seconds at most."""

WORDS = (  # noqa: SIM905
    "visa 在留資格 engineer 面接 Nihongo 給与 apartment 住居 contract 雇用契約 overtime 残業 insurance 年金 family 家族 tax "
    "住民税 resume 履歴書 agency 紹介会社 manufacturing 設計 research 研究 sales 海外営業 Hanoi ハノイ Jakarta Taipei 台北 train 通勤"
).split()
SHARES = [(CLOSED, 90), (ANSWERED, 5), (WAITING, 2), (OPEN, 2), (NEW, 1)]


def cases(count: int, seed: int):
    """So many cases of the last year with a spread of everything that is counted, each with words of about 600 characters."""
    chance, now = random.Random(seed), timezone.now()
    offices, names = list(Office.objects.all()), [topic.slug for topic in topics()]
    states = chance.choices([state for state, _share in SHARES], [share for _state, share in SHARES], k=count)
    for number, state in enumerate(states):
        opened = now - timedelta(minutes=chance.randrange(365 * 24 * 60))
        answered = opened + timedelta(hours=chance.expovariate(1 / 14)) if state not in (NEW, OPEN) else None
        yield Case(
            state=state, channel=chance.choice(["web", "web", "mail", "phone", "visit"]), topic=chance.choice(names), opened_at=opened,
            language=chance.choice(["ja", "en", "en"]), office=chance.choice(offices), promised_at=opened + timedelta(hours=48),
            answer_by=opened + timedelta(hours=48) if state in (NEW, OPEN) else None, first_answered_at=answered,
            closed_at=answered if state == CLOSED else None, rating=chance.choice([None, None, 3, 4, 5]), name=f"Visitor {number}",
            email=f"visitor{number}@example.org", country=chance.choice(["VN", "ID", "TW", "IN", "PH", "TH", "US", "FR"]),
            words=normalise(" ".join(chance.choices(WORDS, k=80)) + f" visitor{number}@example.org"),
        )  # fmt: skip


def seconds(act, times: int = 5) -> float:
    """The median of several runs after one that warms up."""
    act()
    taken = []
    for _run in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return median(taken)


def page(client: Client, path: str):
    def get():
        assert client.get(path).status_code == 200, path

    return get


def begin() -> None:
    Case.objects.begin("How long?", channel="web", name="Mai", email="mai@example.org", country="VN", office=Office.objects.answering())


def report(name: str, value: float, limit: float) -> bool:
    print(f"{name:58} {value * 1000:8.0f} ms of {limit * 1000:.0f}")
    return value <= limit


def main() -> None:
    setup_test_environment()
    print(f"{connection.vendor}, {MANY} cases")
    operator, counsellor = Client(), Client()
    with transaction.atomic():
        users = get_user_model().objects
        operator.force_login(users.filter(role="operator").first())
        counsellor.force_login(users.filter(role="counsellor").first())
        Case.objects.bulk_create(cases(YEAR, 1), batch_size=1_000)
        good = [report("report of a year with 5,000 cases", seconds(page(operator, "/admin/desk/case/report/"), 3), REPORT)]
        Case.objects.bulk_create(cases(MANY - YEAR, 2), batch_size=1_000)
        Message.objects.bulk_create(Message(case=case, body="Words") for case in Case.objects.order_by("-pk")[:1_000])
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE desk_case")
        for name, query in (
            ("list: to do", ""), ("list: all", "?state=all"), ("list: a topic, all", "?state=all&topic=visa"), ("list: page 500", "?state=all&p=500"),
            ("list: ordered by number", "?state=all&o=-1"), ("search: a frequent word", "?q=残業"), ("search: two words", "?q=visa+台北"),
            ("search: one address", "?q=visitor777@example.org"),
        ):  # fmt: skip
            good.append(report(f"{name} (operator)", seconds(page(operator, f"/admin/desk/case/{query}")), LIST))
        good.append(report("list: to do (counsellor)", seconds(page(counsellor, "/admin/desk/case/")), LIST))
        case = Case.objects.order_by("-pk").first()
        good.append(report("one case (operator)", seconds(page(operator, f"/admin/desk/case/{case.pk}/change/")), LIST))
        good.append(report("taking in a question, receipt queued", seconds(begin, 20), TAKING))
        print(f"report of a year with {MANY} cases: {seconds(page(operator, '/admin/desk/case/report/'), 1):.2f} s")
        transaction.set_rollback(True)
    if not all(good):
        sys.exit("Budgets broken.")


if __name__ == "__main__":
    main()
