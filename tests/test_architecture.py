"""Who imports whom, and the sizes that the house keeps."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTENT = {"interviews", "faq", "steps", "agencies", "guide", "events", "desk"}
OURS = CONTENT | {"core", "pages", "search", "staff", "tokyo_career"}
MAY_IMPORT = {
    "core": set(),
    "staff": set(),
    "search": CONTENT | {"core"},
    "pages": CONTENT | {"core", "search"},
    "tokyo_career": OURS,
    **{app: {"core"} for app in CONTENT},
}


def python_files(app: str) -> list[Path]:
    return [file for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts]


def imports_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names} & OURS


@pytest.mark.parametrize("app", sorted(OURS))
def test_an_app_imports_only_what_the_architecture_allows(app):
    found = {name for file in python_files(app) for name in imports_of(file)} - {app}
    assert found - MAY_IMPORT[app] == set()


@pytest.mark.parametrize("app", sorted(OURS))
def test_no_function_is_longer_than_25_lines_and_no_file_than_300(app):
    long = {}
    for file in python_files(app):
        source = file.read_text()
        if source.count("\n") > 300:
            long[file.name] = source.count("\n")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 25:
                long[f"{file.name}:{node.name}"] = node.end_lineno - node.lineno + 1
    assert long == {}


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_no_file_that_proves_or_measures_is_longer_than_300_lines(folder):
    assert {file.name: length for file in python_files(folder) if (length := file.read_text().count("\n")) > 300} == {}


def test_no_template_is_longer_than_100_lines_or_holds_style_or_script():
    faults = []
    for file in (ROOT / "templates").rglob("*.html"):
        source = file.read_text()
        faults += [file.name] if source.count("\n") > 100 else []
        faults += [file.name] if any(mark in source for mark in ("style=", "onclick", "onchange", "<script>", "!important")) else []
    assert faults == []


def test_no_script_is_longer_than_60_lines():
    assert [file.name for file in (ROOT / "static/js").glob("*.js") if file.read_text().count("\n") > 60] == []


def test_subclass_metas_keep_the_meta_of_content():
    missing = []
    for app in sorted(CONTENT | {"pages"}):
        for node in ast.walk(ast.parse((ROOT / app / "models.py").read_text())):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Content" for base in node.bases):
                meta = next(item for item in node.body if isinstance(item, ast.ClassDef) and item.name == "Meta")
                missing += [] if [ast.unparse(base) for base in meta.bases] == ["Content.Meta"] else [node.name]
    assert missing == []


def test_every_template_is_used():
    sources = "".join(
        file.read_text() for folder in (*OURS, "templates") for file in (ROOT / folder).rglob("*.*") if file.suffix in {".py", ".html"}
    )
    generic = {
        f"{name}_{kind}.html"
        for name in ("person", "interview", "category", "step", "agency", "article", "event", "page")
        for kind in ("list", "detail")
    }
    special = {"400.html", "403.html", "404.html", "500.html", "405.html", "410.html", "429.html", "base_site.html", "index.html"}
    files = [file for file in (ROOT / "templates").rglob("*.html") if not {"allauth", "account"} & set(file.parts)]
    unused = [file.name for file in files if file.name not in generic | special and file.name not in sources]
    assert unused == []
