import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.audit.pages import PAGES

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
TOOLS = Path(os.environ["AUDIT_TOOLS"]) / "node_modules"
NU = ["java", "-jar", str(TOOLS / "vnu-jar/build/dist/vnu.jar")]
YOUNG = ".*@view-transition.*"
"""What the Nu checker's CSS part does not know yet: css-view-transitions-2, and what ends with it."""
VALIDATE = [str(TOOLS / ".bin/html-validate")]


def said_by(*command: str) -> str:
    """What a command writes; into a file, because node ends before a pipe has taken everything."""
    with tempfile.TemporaryFile() as file:
        subprocess.run(command, stdout=file, stderr=subprocess.STDOUT)
        file.seek(0)
        return file.read().decode()


@pytest.fixture(scope="session")
def folder(source, tmp_path_factory):
    """Every page as a file."""
    folder = tmp_path_factory.mktemp("pages")
    for number, path in enumerate(PAGES):
        for language in ("ja", "en"):
            (folder / f"{number}.{language}.html").write_bytes(source(path, language))
    return folder


@pytest.fixture(scope="session")
def nu(folder) -> list:
    """Pairs of a file's name and what the Nu checker says of it."""
    found = json.loads(
        said_by(*NU, "--format", "json", "--exit-zero-always", "--filterpattern", YOUNG, *map(str, sorted(folder.iterdir())))
    )["messages"]
    return [(Path(each["url"]).name, f"{each['type']}: {each['message']} {each.get('extract', '')}") for each in found]


@pytest.fixture(scope="session")
def validate(folder) -> list:
    """Pairs of a file's name and what html-validate says of it."""
    found = json.loads(said_by(*VALIDATE, "--formatter", "json", "--config", str(HERE / "htmlvalidate.cjs"), *map(str, folder.iterdir())))
    return [
        (Path(each["filePath"]).name, f"{one['ruleId']}: {one['message']} {one['selector']}") for each in found for one in each["messages"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_the_nu_checker_finds_no_fault(nu, path, language, record_property):
    """Nu HTML checker: no error and no warning"""
    record_property("tool", "Nu HTML checker " + said_by(*NU, "--version").split()[0])
    assert [words for name, words in nu if name == f"{PAGES.index(path)}.{language}.html"] == []


@pytest.mark.parametrize("path", PAGES)
def test_html_validate_finds_no_fault(validate, path, language, record_property):
    """html-validate: no fault"""
    record_property("tool", "html-validate " + json.loads((TOOLS / "html-validate/package.json").read_text())["version"])
    assert [words for name, words in validate if name == f"{PAGES.index(path)}.{language}.html"] == []
