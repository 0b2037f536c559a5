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
