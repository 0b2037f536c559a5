"""What growth costs: the pages with the demo content and with 10,000 people, 12,000 answers and 2,000 agencies.

Makes two databases of its own (SQLite in a folder under VAR; with DATABASE_URL two on that PostgreSQL server) and drops them
again. Pages are measured in turns on both, so that a noisy machine disturbs both alike. Prints one table and fails when a
budget is broken by more than 20 per cent.
"""

import io
import itertools
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import django
import psycopg

SERVER = os.environ.get("DATABASE_URL", "")
IS_POSTGRES = SERVER.startswith("postgres")
FOLDER = tempfile.mkdtemp(prefix="growth-", dir=os.environ.get("VAR"))
FIRST, GROWN = (f"growth_{os.getpid()}{end}" if IS_POSTGRES else f"{FOLDER}/db{end}.sqlite3" for end in ("", "_grown"))
os.environ |= {"VAR": FOLDER, "DATABASE_URL": f"{SERVER.rpartition('/')[0]}/{FIRST}" if IS_POSTGRES else f"sqlite:///{FIRST}"}
os.environ |= {"STAFF_MFA": "off", "DJANGO_SETTINGS_MODULE": "tokyo_career.settings"}
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from agencies.admin import AgencyTable  # noqa: E402
from agencies.models import Agency  # noqa: E402
from core.tables import JapaneseCSV  # noqa: E402
from faq.models import Category, Figure, Question  # noqa: E402
from interviews.models import Consent, Interview, Person, Section  # noqa: E402
from search.find import search  # noqa: E402
from search.models import SearchEntry  # noqa: E402
from tests.pages_of import address, paths  # noqa: E402
from tests.staff import posted_form, url_of  # noqa: E402

PEOPLE, ANSWERS, AGENCIES = 10_000, 12_000, 2_000
RATIO, SEARCH, PUBLISH, IMPORT, MEMORY = 1.0, 60, 300, 30, 250
"""CPU grown to CPU before; ms of a search; ms of publishing; seconds of an import of 5,000 rows; MB that it may take."""

TOLERANCE, ROUNDS, CALLS = 1.2, 6, 5
LIST = re.compile(r"/(people|agencies|search|sitemap)/(\?|$)")
"""Pages that look through all rows to count or to find: shown, but not held to the ratio; a search has a budget of its own."""

QUERIES = [("a frequent word", "en", "japanese"), ("two words", "en", "visa company"), ("a Japanese word", "ja", "会社")]


def on_server(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(statement)


def make_databases() -> None:
    """The demo content twice; static files are served as they lie."""
    settings.STORAGES["staticfiles"].update(BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage")
    if IS_POSTGRES:
        on_server(f"CREATE DATABASE {FIRST}")
    for command in (["migrate"], ["createcachetable"], ["load_demo"], ["sync_roles"]):
        call_command(*command, **({} if command == ["createcachetable"] else {"verbosity": 0, "stdout": io.StringIO()}))
    get_user_model().objects.create_user("bench", "bench@example.org", "x" * 20, role="editor", is_staff=True)
    connection.close()
    if IS_POSTGRES:
        on_server(f"CREATE DATABASE {GROWN} TEMPLATE {FIRST}")
    else:
        shutil.copy(FIRST, GROWN)


def use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def drop_databases() -> None:
    connection.close()
    for name in (FIRST, GROWN) if IS_POSTGRES else ():
        on_server(f"DROP DATABASE IF EXISTS {name}")
    shutil.rmtree(FOLDER)


def copies(rows: list, count: int, change) -> list:
    """So many new rows like the given ones in turn, ``change(n, row)`` says what differs; without search index or signals."""
    names = [field.attname for field in rows[0]._meta.concrete_fields if not field.primary_key]
    pairs = list(zip(range(count), itertools.cycle(rows), strict=False))
    made = [type(row)(**{**{name: getattr(row, name) for name in names}, **change(n, row)}) for n, row in pairs]
    models.QuerySet(type(rows[0])).bulk_create(made, batch_size=300)
    return [(row, twin) for (_n, row), twin in zip(pairs, made, strict=True)]


def parts(owners: list, model, field: str) -> list:
    """The rows that live in the originals, copied for their twins."""
    held: dict = {}
    for part in model.objects.all():
        held.setdefault(getattr(part, f"{field}_id"), []).append(part)
    wanted = [(part, twin) for row, twin in owners for part in held.get(row.pk, [])]
    names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    rest = {"home_order": None} if "home_order" in names else {}
    own = [{f"{field}_id": twin.pk, **rest, **({"slug": twin.slug} if "slug" in names else {})} for _part, twin in wanted]
    made = [model(**{name: getattr(part, name) for name in names} | new) for (part, _twin), new in zip(wanted, own, strict=True)]
    models.QuerySet(model).bulk_create(made, batch_size=300)
    return [(part, twin) for (part, _owner), twin in zip(wanted, made, strict=True)]


def named(row, n: int, field: str) -> dict:
    return {"slug": f"{row.slug}-{n}"[-80:], **{f"{field}_{code}": f"{getattr(row, f'{field}_{code}')} {n}" for code in ("ja", "en")}}


def index(pairs: list) -> None:
    """Search entries of the twins, like those of their originals."""
    kind = pairs[0][0].kind
    held: dict = {}
    for entry in SearchEntry.objects.filter(kind=kind):
        held.setdefault(entry.object_id, []).append(entry)
    entries = []
    for row, twin in pairs:
        for entry in held.get(row.pk, []):
            words, url = f"{entry.words}{twin.slug} ", entry.url.replace(row.slug, twin.slug)
            same = {name: getattr(entry, name) for name in ("kind", "language", "text", "published_at", "live_until")}
            entries.append(SearchEntry(**same, object_id=twin.pk, title=f"{entry.title} {twin.pk}"[:240], words=words, url=url))
    SearchEntry.objects.bulk_create(entries, batch_size=300)


def grow() -> None:
    first = list(Person.objects.all())
    people = copies(first, PEOPLE - len(first), lambda n, row: named(row, n, "name") | {"order": 101 + n, "home_order": None})
    parts(people, Consent, "person")
    interviews = parts(people, Interview, "person")
    parts(interviews, Section, "interview")
    index(people)
    index(interviews)
    for topic in Category.objects.all():
        known = list(topic.questions.all())
        wanted = ANSWERS // Category.objects.count() - len(known)
        answers = copies(known, wanted, lambda n, row: named(row, n, "title") | {"order": 101 + n})
        parts(answers, Figure, "question")
        index(answers)
    known = list(Agency.objects.all())
    licences = itertools.count(500_000)
    index(copies(known, AGENCIES - len(known), lambda n, row: named(row, n, "name") | {"licence_number": f"13-ユ-{next(licences)}"}))
    if IS_POSTGRES:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def measure(url: str, name: str) -> tuple[int, list[float]]:
    """Queries, and CPU milliseconds of some calls, of a page with one of the databases."""
    use(name)
    client, times = Client(), []
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    asked = len(captured)
    assert answer.status_code == 200, (url, answer.status_code)
    for _call in range(CALLS):
        start = time.process_time()
        client.get(url)
        times.append((time.process_time() - start) * 1000)
    return asked, times


def compare(url: str) -> str:
    """One line of the table; what broke, or nothing."""
    times: dict[str, list] = {FIRST: [], GROWN: []}
    queries = {}
    for _round, name in itertools.product(range(ROUNDS), (FIRST, GROWN)):
        queries[name], some = measure(url, name)
        times[name] += some
    before, after = (statistics.median(times[name]) for name in (FIRST, GROWN))
    print(f"{url[:44]:44} {queries[FIRST]:4} {queries[GROWN]:4} {before:9.1f} {after:9.1f} {after / before:7.2f}", flush=True)
    is_held = not LIST.search(url)
    return f"{url}: {after / before:.2f} times" if is_held and after > before * RATIO * TOLERANCE else ""


def wall(call, times: int = 9) -> float:
    """Median milliseconds by the clock."""
    taken = []
    for _call in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def report(name: str, value: float, limit: float, unit: str) -> str:
    print(f"{name:66} {value:9.1f} {unit} of {limit}", flush=True)
    return f"{name}: {value:.1f} {unit} against {limit}" if value > limit * TOLERANCE else ""


def searching():
    for name, language, query in QUERIES:
        with translation.override(language):
            found = len(search(query, language))
            yield report(f"search: {name} ({found} found)", wall(lambda: search(query, language)), SEARCH, "ms")  # noqa: B023
        client, url = Client(), f"/{language}/search/?q={query}"
        yield report(f"search: {name}, the page", wall(lambda: client.get(url)), SEARCH, "ms")  # noqa: B023


def publishing():
    client = Client()
    client.force_login(get_user_model().objects.get(username="bench"))
    for model in (Person, Question, Agency):
        row = model.objects.order_by("-pk").first()
        taken = []
        for _call in range(5):
            data = {**posted_form(client, url_of(row)), "_save": "1"}
            start = time.perf_counter()
            assert client.post(url_of(row), data).status_code == 302
            taken.append((time.perf_counter() - start) * 1000)
        yield report(f"publishing a {model.__name__.lower()} by its form", statistics.median(taken), PUBLISH, "ms")
        now = timezone.now() - timezone.timedelta(days=1)
        one = model.objects.filter(pk=row.pk)
        yield report(f"publishing a {model.__name__.lower()} in the list", wall(lambda: one.update(published_at=now), 3), PUBLISH, "ms")  # noqa: B023


def mapping():
    client = Client()
    client.get("/sitemap.xml")
    places = re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    own = [place.removeprefix(settings.SITE_ORIGIN) for place in places if "sitemap" in place]
    yield report(f"sitemap.xml ({len(own)} parts)", wall(lambda: client.get("/sitemap.xml"), 3), 1000, "ms")
    if own:
        slowest = max(wall(lambda: client.get(place), 1) for place in own)  # noqa: B023
        yield report("the slowest part of the sitemap", slowest, 1500, "ms")
    yield report("feed", wall(lambda: client.get("/en/feed.xml"), 5), 100, "ms")


def table() -> bytes:
    """5,000 new agencies in less than 5 MiB."""
    data = AgencyTable().export(Agency.objects.all()[:24])
    rows = data.__class__(headers=data.headers)
    for number, row in zip(range(5_000), itertools.cycle(data), strict=False):
        changes = {"slug": f"bench-{number}", "licence_number": f"13-ユ-{800000 + number}", "body_ja": "<p>文</p>", "body_en": "<p>T</p>"}
        rows.append([changes.get(name, cell) for name, cell in zip(data.headers, row, strict=True)])
    return JapaneseCSV().export_data(rows)


def memory() -> float:
    """The most memory (MB) since the last call of ``forget_memory``."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def forget_memory() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def importing():
    """The preview and the import, as a member of staff does them."""
    client, place = Client(), "/admin/agencies/agency/"
    client.force_login(get_user_model().objects.get(username="bench"))
    file = SimpleUploadedFile("a.csv", table())
    forget_memory()
    before, start, cpu = memory(), time.perf_counter(), time.process_time()
    answer = client.post(f"{place}import/", {"format": "1", "import_file": file})
    preview = time.perf_counter() - start
    assert answer.context["result"].totals["new"] == 5_000, answer.context["form"].errors
    form = answer.context["confirm_form"]
    data = {name: form.initial.get(name) or "" for name in form.fields}
    del answer
    answer = client.post(f"{place}process_import/", data)
    taken = time.perf_counter() - start
    assert Agency.objects.filter(slug__startswith="bench-").count() == 5_000, answer.content.decode()[:2000]
    cpu = time.process_time() - cpu
    yield report(f"import of 5,000 agencies (preview {preview:.1f} s; CPU of both {cpu:.1f} s)", taken, IMPORT, "s")
    yield report("memory that it takes", memory() - before, MEMORY, "MB")


def main() -> None:
    setup_test_environment()
    make_databases()
    use(GROWN)
    start = time.perf_counter()
    grow()
    print(f"grown in {time.perf_counter() - start:.0f} s: {SearchEntry.objects.count()} search entries")
    print(f"{'page':44} {'queries':>9} {'CPU ms demo':>9} {'grown':>9} {'ratio':>7}")
    use(FIRST)
    visited = [address(path, language) for path in paths() for language in ("ja", "en")]
    broken = [compare(url) for url in visited]
    use(GROWN)
    for part in (searching, publishing, mapping, importing):
        broken += list(part())
    if any(broken):
        sys.exit("Budgets broken:\n" + "\n".join(filter(None, broken)))


if __name__ == "__main__":
    try:
        main()
    finally:
        drop_databases()
