"""What the site is made of: pins with hashes, their inventory, and which of them are old."""

import io
import json
import re
import subprocess
from importlib.metadata import version

import pytest
from django.conf import settings
from django.core.management import call_command

from pages.management.commands import outdated

REQUIREMENTS = ["requirements.txt", "requirements-dev.txt"]


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", (settings.BASE_DIR / name).read_text(), re.M))


@pytest.mark.parametrize("name", [*REQUIREMENTS, "tests/audit/requirements.txt"])
def test_every_pin_has_a_hash_and_comes_from_no_other_place(name):
    text = (settings.BASE_DIR / name).read_text()
    blocks = [block for block in re.split(r"\n(?=[a-z])", text) if "==" in block]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert len(blocks) == len(pins(name))
    assert not re.search(r"--(extra-)?index-url|--find-links|git\+|https?://", re.sub(r"#.*", "", text))


@pytest.fixture
def bill():
    settings.VAR.mkdir(parents=True, exist_ok=True)
    told = io.StringIO()
    call_command("sbom", stdout=told)
    return json.loads((settings.VAR / "sbom.json").read_text()), told.getvalue()


def test_the_inventory_names_every_pin_with_its_version_address_and_hashes(bill):
    found, told = bill
    assert [found["bomFormat"], found["specVersion"]] == ["CycloneDX", "1.6"]
    assert {part["name"]: part["version"] for part in found["components"]} == pins("requirements.txt")
    django = next(part for part in found["components"] if part["name"] == "django")
    assert django["purl"] == f"pkg:pypi/django@{version('django')}" and django["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert all(re.fullmatch(r"[0-9a-f]{64}", item["content"]) for part in found["components"] for item in part["hashes"])
    assert all(part["hashes"] for part in found["components"])
    assert told.startswith(f"{len(found['components'])} packages in ")


def test_every_package_that_is_installed_tells_its_licence(bill):
    found, _told = bill
    silent = [part["name"] for part in found["components"] if "licenses" not in part]
    assert set(silent) <= {"async-timeout", "colorama", "tzdata", "win32-setctime"}  # pins for other platforms


def test_old_pins_are_listed_with_their_remark_and_those_of_the_same_series_first(monkeypatch, capsys):
    listed = [
        {"name": "Django", "version": "5.2.19", "latest_version": "6.1"},
        {"name": "Pillow", "version": "13.0.0", "latest_version": "13.0.2"},
        {"name": "whitenoise", "version": "6.12.0", "latest_version": "6.13.0"},
        {"name": "somebody-elses", "version": "1", "latest_version": "2"},
    ]
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: subprocess.CompletedProcess(args, 0, json.dumps(listed), ""))
    told = io.StringIO()
    call_command("outdated", stdout=told)
    assert [line.split() for line in told.getvalue().splitlines()] == [
        ["pillow", "13.0.0", "13.0.2", "patch"], ["whitenoise", "6.12.0", "6.13.0", "minor"], ["django", "5.2.19", "6.1", "major"],
        ["3", "of", "our", "packages", "have", "a", "newer", "version."],
    ]  # fmt: skip


def test_a_remark_behind_a_pin_says_why_it_stays():
    assert outdated.wanted("Django==5.2.19  # 5.2 is the LTS\nPyYAML\npsycopg[binary]==3\n-r other.in\n") == {
        "django": "5.2 is the LTS", "pyyaml": "", "psycopg": "",
    }  # fmt: skip


def test_the_list_says_when_the_index_does_not_answer(monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: subprocess.CompletedProcess(args, 1, "", "no line"))
    told = io.StringIO()
    call_command("outdated", stderr=told)
    assert told.getvalue() == "The package index did not answer; nothing can be said.\n"
