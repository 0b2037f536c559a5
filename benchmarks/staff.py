"""What the staff's house costs: queries of lists and forms with 1,000 people, one picture of 12 megapixels, 1,000 agencies in a table.

Runs on the database of VAR inside a transaction that is rolled back (start the site once before, with STAFF_MFA=off). Prints one
table and fails when a budget is broken.
"""

import io
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from PIL import Image  # noqa: E402

from agencies.admin import AgencyTable  # noqa: E402
from agencies.models import Agency  # noqa: E402
from core.tables import JapaneseCSV, SafeXLSX  # noqa: E402
from interviews.models import Consent, Person  # noqa: E402
from tests.staff import posted_form  # noqa: E402

LIST, FORM, PICTURE, TABLE = 12, 25, 2.0, 10.0


def many_people(count: int) -> None:
    """So many more people with their consents, without the search index."""
    first = Person.objects.select_related("consent").first()
    fields = {f.attname: getattr(first, f.attname) for f in Person._meta.concrete_fields if f.name not in ("id", "slug")}
    people = models.QuerySet(Person).bulk_create([Person(**{**fields, "slug": f"bench-{n}", "order": 1000 + n}) for n in range(count)])
    consent = {name: getattr(first.consent, name) for name in ("given_on", "expires_on", "scope", "languages")}
    Consent.objects.bulk_create([Consent(person=person, **consent) for person in people])


def queries(client: Client, url: str) -> tuple[int, float]:
    client.get(url)
    start = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured), time.perf_counter() - start


def photo() -> SimpleUploadedFile:
    """A noisy JPEG of 12 megapixels, which compresses as badly as a real one."""
    image = Image.frombytes("RGB", (500, 375), random.Random(7).randbytes(500 * 375 * 3)).resize((4000, 3000), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return SimpleUploadedFile("big.jpg", buffer.getvalue(), "image/jpeg")


def saving(client: Client) -> float:
    url = f"/admin/interviews/person/{Person.objects.order_by('pk').first().pk}/change/"
    data = {**posted_form(client, url), "photo": photo(), "_save": "1"}
    start = time.perf_counter()
    assert client.post(url, data).status_code == 302
    return time.perf_counter() - start


def table(kind) -> bytes:
    resource = AgencyTable()
    data = resource.export(Agency.objects.all()[:1])
    headers, row = list(data.headers), list(data[0])
    rows = data.__class__(headers=headers)
    for number in range(1000):
        changes = {"slug": f"bench-{number}", "licence_number": f"13-ユ-{800000 + number}"}
        rows.append([changes.get(name, cell) for name, cell in zip(headers, row, strict=True)])
    return kind().export_data(rows)


def previewing(client: Client, kind, place: str, name: str) -> float:
    data = {"format": place, "import_file": SimpleUploadedFile(name, table(kind))}
    start = time.perf_counter()
    answer = client.post("/admin/agencies/agency/import/", data)
    assert answer.context["result"].totals["new"] == 1000, answer.context["form"].errors
    return time.perf_counter() - start


def report(name: str, value: float, limit: float, unit: str) -> bool:
    print(f"{name:52} {value:8.2f} {unit:8} of {limit}")
    return value <= limit


def main() -> None:
    setup_test_environment()
    client = Client()
    good = []
    with transaction.atomic():
        client.force_login(get_user_model().objects.filter(role="editor").first())
        for count in (0, 1000):
            many_people(count)
            for page, limit in (("", LIST), (f"{Person.objects.first().pk}/change/", FORM)):
                found, seconds = queries(client, f"/admin/interviews/person/{page}")
                good.append(
                    report(f"people/{page} with {Person.objects.count()} people ({seconds * 1000:.0f} ms)", found, limit, "queries")
                )
        good.append(report("saving with a picture of 12 megapixels", saving(client), PICTURE, "s"))
        good.append(report("preview of 1,000 agencies, XLSX", previewing(client, SafeXLSX, "0", "a.xlsx"), TABLE, "s"))
        good.append(report("preview of 1,000 agencies, CSV", previewing(client, JapaneseCSV, "1", "a.csv"), TABLE, "s"))
        transaction.set_rollback(True)
    if not all(good):
        sys.exit("Budgets broken.")


if __name__ == "__main__":
    main()
