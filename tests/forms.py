"""Forms of visitors: the stamp that they are sent with, and what a page says of them."""

import html
import re

from django.utils import timezone

from core import visitors
from tests import factories


def old_stamp(seconds: int = 60) -> str:
    """A stamp of its own, made so many seconds ago."""
    moment = int(timezone.now().timestamp()) - seconds
    return visitors.SIGNER.sign(f"{moment}.{factories.count!r}{next(factories.count)}")


def words_of(response) -> list[str]:
    """The errors on a page, as people read them."""
    found = re.findall(r'class="errors__list">(.*?)</ul>', response.content.decode(), re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", item)).strip() for item in re.findall(r"<li>(.*?)</li>", found[0], re.S)] if found else []
