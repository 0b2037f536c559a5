"""Limits, in plain figures and at their edges."""

import io
import zipfile

import pytest
import tablib
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils import timezone
from PIL import Image

from core.images import master_of, open_picture
from core.middleware import BrotliMiddleware
from core.pagecache import is_nonsense
from core.tables import checked, refuse_bombs
from desk.queues import ANSWERED, CLOSED, NEW, OPEN, WAITING
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("size", "kept"), [((2_000, 1_000), (2_000, 1_000)), ((2_400, 1_200), (2_000, 1_000)), ((600, 3_000), (400, 2_000))]
)
def test_the_longest_side_of_a_kept_picture_is_2000_pixels(size, kept):
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, "PNG")
    assert Image.open(io.BytesIO(master_of(buffer, "a.png"))).size == kept


def accepts(deed, *values) -> bool:
    """Whether a deed takes the values and does not refuse them."""
    try:
        deed(*values)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("size", "is_taken"),
    [((12_000, 1), True), ((12_001, 1), False), ((1, 12_001), False), ((10_000, 5_000), True), ((10_000, 5_001), False)],
)
def test_a_picture_has_at_most_12000_pixels_a_side_and_50_megapixels(size, is_taken):
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    assert accepts(open_picture, buffer, "a.png") == is_taken


@pytest.mark.parametrize(("rows", "is_taken"), [(5_000, True), (5_001, False)])
def test_a_table_has_at_most_5000_rows(rows, is_taken):
    assert accepts(checked, tablib.Dataset(*[["x"]] * rows, headers=["slug"])) == is_taken


def workbook(*sizes: int) -> bytes:
    """A ZIP with files of so many bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, size in enumerate(sizes):
            archive.writestr(f"{number}.bin", bytes(size))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "is_taken"),
    [(workbook(25_000_000, 25_000_000), True), (workbook(25_000_000, 25_000_001), False),
     (workbook(*[1] * 1_000), True), (workbook(*[1] * 1_001), False)],
    ids=["50 MB", "a byte more", "1,000 parts", "one more"],
)  # fmt: skip
def test_a_workbook_has_at_most_1000_parts_and_50_megabytes(data, is_taken):
    assert accepts(refuse_bombs, data) == is_taken


@pytest.mark.parametrize(("length", "is_refused"), [(2_000, False), (2_001, True)])
def test_an_address_has_at_most_2000_characters(length, is_refused):
    assert is_nonsense("/en/search/?q=".ljust(length, "a")) == is_refused


@pytest.mark.parametrize(("length", "coding"), [(400, None), (401, "br")])
def test_answers_of_more_than_400_bytes_are_sent_small(rf, length, coding):
    answer = BrotliMiddleware(lambda request: HttpResponse("x" * length))(rf.get("/", headers={"accept-encoding": "br"}))
    assert answer.headers.get("Content-Encoding") == coding


@pytest.mark.parametrize(("length", "is_kept"), [(500_000, True), (500_001, False)])
def test_a_form_sent_after_the_session_ended_is_kept_up_to_500000_characters(client, length, is_kept):
    client.post("/admin/guide/article/add/", "a=" + "x" * (length - 2), content_type="application/x-www-form-urlencoded")
    assert ("kept_form" in client.session) == is_kept
    assert not get_user(client).is_authenticated


def test_only_what_was_sent_is_kept_for_who_signs_in(client):
    client.get("/admin/guide/article/add/?a=1")
    assert "kept_form" not in client.session


@pytest.mark.parametrize(("state", "then"), [(NEW, OPEN), (OPEN, OPEN), (WAITING, WAITING), (ANSWERED, ANSWERED), (CLOSED, CLOSED)])
def test_a_new_case_is_open_once_somebody_has_it_and_every_other_stays_what_it_is(pasona_operator, state, then):
    case = factories.case()
    case.state, case.closed_at = state, timezone.now() if state == CLOSED else None
    case.save()
    case.assign(None)
    assert case.state == state
    case.assign(pasona_operator)
    case.refresh_from_db()
    assert (case.state, case.owner) == (then, pasona_operator)
