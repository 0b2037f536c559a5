"""A page brings the stylesheets that its parts need."""

import re

import pytest
from django.conf import settings

from tests.pages_of import address, paths

pytestmark = pytest.mark.django_db


def classes_ruled_by(sheets) -> set[str]:
    return {name for sheet in sheets for name in re.findall(r"\.([a-z][\w-]*)", sheet)}


@pytest.mark.parametrize("path", [*paths(), "nothing-here/"])
def test_no_part_of_a_page_stands_there_without_its_style(client, path, language):
    page = client.get(address(path, language)).content.decode()
    brought = [sheet for sheet in settings.STYLESHEETS.values() if f"<style>{sheet}</style>" in page]
    left_out = [sheet for sheet in settings.STYLESHEETS.values() if sheet not in brought]
    used = {name for value in re.findall(r'class="([^"]*)"', page) for name in value.split()}
    assert used & (classes_ruled_by(left_out) - classes_ruled_by(brought)) == set()


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour of the house, light and dark."""
    text = (settings.BASE_DIR / "static/css/site.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", text) + re.findall(r"--([\w-]+): (#\w+)();", text)
    return {name: (light, dark or light) for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "grounds", "least"),
    [
        ("ink", ("paper", "surface", "sunken", "ai-soft", "ginkgo-soft", "pine-soft"), 7),
        ("ink-2", ("paper", "surface", "sunken"), 4.5),
        ("link", ("paper", "surface", "sunken", "ai-soft"), 4.5),
        ("visited", ("paper", "surface", "sunken"), 4.5),
        ("on-ai", ("ai", "ai-2"), 4.5),
        ("on-ginkgo", ("ginkgo",), 4.5),
        ("on-night", ("night",), 4.5),
        ("on-night-2", ("night",), 4.5),
        ("edge", ("paper", "surface", "sunken"), 3),
        ("ai", ("paper", "surface", "sunken"), 3),
        ("ginkgo", ("night",), 3),
    ],
)
def test_words_and_frames_stand_out_from_their_ground(scheme, colour, grounds, least):
    known = tokens()
    pairs = {ground: sorted(luminance(known[name][scheme]) for name in (colour, ground)) for ground in grounds}
    assert {ground: pair for ground, pair in pairs.items() if (pair[1] + 0.05) / (pair[0] + 0.05) < least} == {}
