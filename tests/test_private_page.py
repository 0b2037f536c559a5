"""The visitor's own page of a case: add, rate, erase; and the answer that leads there."""

import re

import pytest
from django.utils import timezone
from post_office.models import Email

from desk.models import Case, CaseLink, Note, Office
from tests.forms import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]


@pytest.fixture
def case(db):
    return Case.objects.begin(
        "How long?", channel="web", name="Mai", email="mai@example.org", country="VN", language="en", topic="visa",
        office=Office.objects.answering(), notice="2026-11", consented_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def link(case):
    return case.private_path(CaseLink.issue(case=case))


def test_visitor_adds_words_and_an_answer_is_due_again(client, case, link, pasona_operator):
    case.reply(pasona_operator, "A month.")
    assert client.post(link, {"deed": "add", "words": "And for my family?"}).headers["Location"] == f"{link}?done=add#main"
    case.refresh_from_db()
    assert (case.state, case.answer_by is not None) == ("open", True)
    assert [message.body for message in case.messages.all()] == ["How long?", "A month.", "And for my family?"]


def test_visitor_never_sees_a_note_of_the_desk(client, case, link, pasona_operator):
    case.note(pasona_operator, "Secret thought")
    assert Note.objects.get().body == "Secret thought"
    assert "Secret thought" not in client.get(link).content.decode()


def test_visitor_rates_the_answer_and_says_it_is_answered(client, case, link, pasona_operator):
    assert "How helpful" not in client.get(link).content.decode()
    case.reply(pasona_operator, "A month.")
    client.post(link, {"deed": "rate", "rating": "4"})
    client.post(link, {"deed": "answered"})
    case.refresh_from_db()
    assert (case.rating, case.state) == (4, "closed")


@pytest.mark.parametrize("rating", ["0", "6", "x", ""])
def test_a_rating_that_is_none_is_told_in_words(client, case, link, pasona_operator, rating):
    case.reply(pasona_operator, "A month.")
    assert words_of(client.post(link, {"deed": "rate", "rating": rating})) != []
    case.refresh_from_db()
    assert case.rating is None


def test_visitor_has_everything_erased_and_only_numbers_stay(client, case, link, pasona_operator):
    case.note(pasona_operator, "Called Mai")
    case.reply(pasona_operator, "A month.")
    assert words_of(client.post(link, {"deed": "forget"})) != []
    assert client.post(link, {"deed": "forget", "sure": "on"}).headers["Location"] == "/en/desk/erased/#main"
    case.refresh_from_db()
    texts = " ".join(str(value) for value in Case.objects.filter(pk=case.pk).values_list()[0])
    assert "Mai" not in texts and "mai@" not in texts
    assert (case.state, case.topic, str(case.country), case.erased_at is not None) == ("closed", "visa", "VN", True)
    assert [case.messages.count(), case.notes.count(), case.links.count(), Email.objects.count()] == [0, 0, 0, 0]
    assert client.get(link).status_code == 404


def test_get_changes_nothing_however_often_a_scanner_fetches_it(client, case, link):
    for query in ("", "?deed=forget&sure=on", "?deed=answered"):
        assert client.get(link + query).status_code == 200
    case.refresh_from_db()
    assert (case.state, case.erased_at) == ("new", None)


def test_answer_goes_out_in_the_thread_with_a_reply_address(case, pasona_operator):
    case.reply(pasona_operator, "A month.")
    receipt, answer = Email.objects.order_by("pk")
    assert answer.headers["In-Reply-To"] == receipt.message_id
    assert answer.headers["References"] == receipt.message_id
    assert re.fullmatch(rf"desk\+{case.pk}\.[0-9a-f]{{16}}@localhost", answer.headers["Reply-To"])
    assert "A month." in answer.message and answer.subject == f"Re: {receipt.subject}"
    assert "Auto-Submitted" not in answer.headers


def test_the_database_refuses_an_impossible_rating(case):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(rating=6)
