"""Limits, in plain figures and at their edges."""

import io

import pytest
from django.contrib.auth import get_user
from django.http import HttpResponse
from django.utils import timezone
from PIL import Image

from core.images import master_of
from core.middleware import BrotliMiddleware
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
