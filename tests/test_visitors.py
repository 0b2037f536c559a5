"""What every form for visitors promises."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from core.visitors import NOTICE, new_stamp, read_stamp
from tests.forms import words_of
from tests.test_cases import ask

NOTICES = {"2026-11": "f768ce233639e46c"}
"""Each version of the words that say what happens with the data. Whoever changes the words gives them a new version here."""


def words_of_the_notice() -> list[str]:
    source = (Path(settings.BASE_DIR) / "templates/components/_consent.html").read_text()
    english = re.findall(r'translate "(The Tokyo Metropolitan Government[^"]+)"', source)
    with override("ja"):
        return [*english, *(gettext(words) for words in english)]


def test_the_words_of_the_notice_have_a_version_of_their_own():
    words = words_of_the_notice()
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
    assert len(words) == 6 and len(set(words)) == 6
    assert {NOTICE: digest}.items() <= NOTICES.items()


def test_a_stamp_says_its_age_and_no_two_are_alike():
    stamps = [new_stamp(), new_stamp()]
    ages, numbers = zip(*(read_stamp(stamp) for stamp in stamps), strict=True)
    assert max(ages) <= 1 and numbers[0] != numbers[1] and len(numbers[0]) >= 22


FAST = ["That was very fast. Please look through what you wrote and send it again."]
OLD = ["This page was open for more than a day. Please look through what you wrote and send it again."]


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "told"), [(2, (200, FAST)), (3, (302, [])), (86_400, (302, [])), (86_401, (200, OLD))])
def test_a_form_is_good_from_its_third_second_to_the_end_of_a_day(client, time_machine, seconds, told):
    time_machine.move_to(timezone.now(), tick=False)
    stamp = new_stamp()
    time_machine.shift(timedelta(seconds=seconds))
    answer = ask(client, stamp=stamp)
    assert (answer.status_code, words_of(answer)) == told
