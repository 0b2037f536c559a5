"""Deeds on places that fail half way: as if nobody had begun them."""

import pytest
from django.template import TemplateDoesNotExist
from post_office.models import Email

from events.models import Event
from events.registrations import CONFIRMED, WAITING
from tests import factories
from tests.test_registrations import people, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    """One place, taken; the next in line reads a language in which no mail can be written."""
    event = factories.event(capacity=1)
    people(event, 2)
    event.registrations.filter(state=WAITING).update(language="xx")
    Email.objects.all().delete()
    return event


def at_rest(event) -> bool:
    return (states(event), Event.objects.get(pk=event.pk).taken, Email.objects.count()) == ([CONFIRMED, WAITING], 1, 0)


def test_nobody_loses_a_place_when_the_mail_to_the_next_cannot_be_written(event):
    with pytest.raises(TemplateDoesNotExist):
        event.registrations.get(state=CONFIRMED).cancel()
    assert at_rest(event)


def test_nobody_moves_up_unseen_when_the_mail_about_it_cannot_be_written(event):
    Event.objects.filter(pk=event.pk).update(capacity=2)
    with pytest.raises(TemplateDoesNotExist):
        event.fill_places()
    assert at_rest(event)


def test_nobody_gets_half_a_round_of_mails_when_one_cannot_be_written(event):
    words = {language: {"subject": "Thank you", "words": "Words"} for language in ("ja", "en")}
    with pytest.raises(KeyError):
        event.write_to([CONFIRMED, WAITING], words, "a" * 64)
    assert at_rest(event)


def test_nobody_is_registered_without_a_mail(event):
    with pytest.raises(TemplateDoesNotExist):
        event.register("Anh", "anh@example.org", "yy", notice="2026-11")
    assert at_rest(event)
