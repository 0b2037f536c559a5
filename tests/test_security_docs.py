"""What the papers on security say is so: every place and every test that they name exists, every requirement has its row."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAPERS = sorted((ROOT / "docs/security").glob("*.md"))
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2,
    "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2,
    "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""Sections of ASVS 5.0.0 and how many of their requirements, which come first, are of level 1 or 2: 253 together."""


@cache
def names_in(file: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)}


def rows() -> list[tuple[list[str], str, list[str]]]:
    """Numbers, state and all cells of each row."""
    lines = (ROOT / "docs/security/asvs.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]
    return [(row[0].split(", "), row[2], row) for row in cells]


def test_every_requirement_of_level_one_and_two_has_one_row():
    wanted = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
    assert len(wanted) == 253
    assert Counter(number for numbers, _state, _cells in rows() for number in numbers) == Counter(wanted)


def test_every_row_says_what_is_so_and_where_or_why():
    for numbers, state, cells in rows():
        assert state in ("held", "not applicable", "open") and len(cells) == 5 and all(cells), numbers
        assert state != "held" or "`" in cells[3] or "::" in cells[4], numbers
        assert state == "held" or cells[4] == "–", numbers


def test_the_sums_on_the_page_are_those_of_its_rows():
    found = Counter()
    for numbers, state, _cells in rows():
        found[state] += len(numbers)
    told = f"held {found['held']}, not applicable {found['not applicable']}, open {found['open']}"
    assert f"**Sums:** {told}." in (ROOT / "docs/security/asvs.md").read_text()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_test_and_every_place_that_a_paper_names_exists(paper):
    text = paper.read_text()
    missing = [f"{file}::{name}" for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text) if name not in names_in(file)]
    places = [place for place in re.findall(r"`([\w./-]+/[\w./-]+|[\w-]+\.(?:txt|in|py))`", text) if not place.startswith("/")]
    missing += [place for place in places if not (ROOT / place).exists()]
    missing += [link for link in re.findall(r"\]\(((?!https?:)[^)#]+)", text) if not (paper.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("paper", ["privacy.md", "trust.md"])
def test_every_promise_has_its_place_and_its_test_or_drill(paper):
    lines = re.findall(r"^\| (?!promise|---)(.+) \|$", (ROOT / "docs/security" / paper).read_text(), re.MULTILINE)
    rows = [line.split(" | ") for line in lines]
    assert len(rows) > 30 and all(len(row) == 3 for row in rows)
    assert [row[0] for row in rows if "::" not in row[2] and not re.fullmatch(r"drills?: .*`benchmarks/\w+\.py`", row[2])] == []
    assert [row[0] for row in rows if "`" not in row[1] and "](" not in row[1]] == []


def test_the_list_of_ipa_has_its_eleven_kinds_of_weakness():
    text = (ROOT / "docs/security/ipa.ja.md").read_text()
    assert re.findall(r"^## (\d+)\. ", text, re.M) == [str(number) for number in range(1, 12)]
    states = re.findall(r"^\| .+? \| (対応済|対象外|未対応|一部対応) \|", text, re.M)
    assert len(states) == len(re.findall(r"^\| (?!対策|---)", text, re.M))


def test_the_drill_names_the_deadlines_of_the_law():
    text = (ROOT / "docs/security/breach.ja.md").read_text()
    assert all(word in text for word in ("**3〜5日**", "**30日**", "**60日**", "第68条", "100人", "個人情報保護委員会"))
