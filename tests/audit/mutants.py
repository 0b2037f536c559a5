"""``python -m tests.audit.mutants``: would a test notice if one place of the code were wrong?

Takes a random sample (MUTANTS, default 60 of each group; SEED) of all changes that cosmic-ray knows for the modules below,
makes each in a copy of the project, and runs the tests that go through the changed line, as ``make coverage`` has recorded:
the NEAREST first, those of the module's own file and those that run the least of it, then the next up to MOST. A change is
noticed when a test fails that passes without it. Prints the share and every change that nobody noticed; fails under 80 per cent.
"""

import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from cosmic_ray.commands.init import _all_work_items as all_changes
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from coverage import CoverageData

ROOT = Path(__file__).parents[2]
GROUPS = {
    "core": [str(file.relative_to(ROOT)) for file in sorted((ROOT / "core").glob("*.py"))],
    "desk": ["desk/cases.py", "desk/letters.py", "desk/mail_in.py", "desk/exchange.py", "desk/queues.py"],
    "events": ["events/models.py", "events/registrations.py", "events/registering.py"],
}
MUTANTS, SEED, NEAREST = int(os.environ.get("MUTANTS", "60")), int(os.environ.get("SEED", "1")), 30
MOST = 150
JOBS = int(os.environ.get("JOBS", os.cpu_count()))
ENOUGH = 80
FIELDS = "tests.test_migrations.test_no_model_differs_from_its_migrations"
TIMEOUT = 300
"""Seconds; a change that makes the tests run for ever is noticed."""


def runners(data: CoverageData, module: str) -> dict[int, list[str]]:
    """For each line of a module the tests that run it: first those of its own file, then those that run the fewest of its lines."""
    lines = {
        line: [test for test in tests if test.startswith("tests.")] for line, tests in data.contexts_by_lineno(str(ROOT / module)).items()
    }
    weight = Counter(test for tests in lines.values() for test in tests)
    own = f"tests.test_{Path(module).stem}."
    return {line: sorted(tests, key=lambda test: (not test.startswith(own), weight[test], test)) for line, tests in lines.items() if tests}


def askable(line: int, source: list[str], known: dict[int, list[str]]) -> list[str]:
    """The tests to ask about a line.

    No test runs what runs when the module is loaded. Those stand for it that run the lines which use the name it defines, or else
    the next line that a test runs (the function below a decorator), and the test of the fields of all models.
    """
    if line in known:
        return known[line]
    names = re.match(r"\s*(\w+(?:, \w+)*) = ", source[line - 1])
    uses = re.compile(rf"\b(?:{names[1].replace(', ', '|')})\b") if names else re.compile(r"(?!)")
    users = [each for each in known if uses.search(source[each - 1])] or [min(each for each in [*known, len(source)] if each >= line)]
    return [FIELDS, *dict.fromkeys(test for each in users for test in known.get(each, []))]


def is_worth_it(item, source: list[str]) -> bool:
    """Not a change of a type in a signature, and none between sameness and equality, which short strings and numbers do not tell apart."""
    line = source[item.start_pos[0] - 1]
    return not re.match(r"\s*(def|from|import) ", line) and "-> " not in line and not item.operator_name.endswith(("_Is", "_IsNot"))


def changed(item, source: str) -> str:
    """The module's source with the change made."""
    return mutate_code(source, get_operator(item.operator_name)(**dict(item.operator_args)), item.occurrence)


def is_python(item) -> bool:
    """Whether the change can be made and read: one that breaks the grammar proves nothing, and cosmic-ray stumbles over a dotted exception."""
    try:
        return bool(ast.parse(changed(item, item.module_path.read_text())))
    except (SyntaxError, AttributeError):
        return False


def sample(modules: list[str], data: CoverageData) -> list[tuple]:
    """Pairs of a change and the tests to ask: places drawn by lot, and one change drawn for each."""
    places, lot = defaultdict(list), random.Random(SEED)
    for module in modules:
        source, known = (ROOT / module).read_text().splitlines(), runners(data, module)
        for item in (work.mutations[0] for work in all_changes([ROOT / module], {})):
            if is_worth_it(item, source):
                places[module, item.start_pos].append((item, askable(item.start_pos[0], source, known)))
    found = (
        lot.choice(sorted(places[place], key=lambda pair: (pair[0].operator_name, pair[0].occurrence)))
        for place in lot.sample(sorted(places), len(places))
    )
    return list(islice((pair for pair in found if is_python(pair[0])), MUTANTS))


def node(test: str) -> str:
    """``tests.test_mail.test_x`` as pytest calls it."""
    module, name = test.rsplit(".", 1)
    return f"{module.replace('.', '/')}.py::{name}"


def is_noticed(copy: Path, item, tests: list[str]) -> bool:
    """Whether a test fails with the change made in the copy; the copy is as before afterwards."""
    file = copy / Path(item.module_path).relative_to(ROOT)
    before = file.read_text()
    file.write_text(changed(item, before))
    try:
        return run(copy, tests).returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.write_text(before)


def is_noticed_further(copy: Path, item, tests: list[str]) -> bool:
    """As ``is_noticed``, for tests that were not tried without any change yet; one that fails then, too, has noticed nothing and is shown."""
    if not tests or not is_noticed(copy, item, tests):
        return False
    sound = run(copy, tests)
    if sound.returncode:
        print(f"\nThe tests fail without any change.\n{sound.stdout[-1000:]}", flush=True)
    return not sound.returncode


def run(copy: Path, tests: list[str], *options: str, seconds: int = TIMEOUT) -> subprocess.CompletedProcess:
    """What pytest says of the tests in the copy. Nothing compiled is kept: a change of the same second and length would be taken for the last."""
    command = [sys.executable, "-m", "pytest", "-x", *options, *map(node, tests)]
    env = {**os.environ, "DEMO_ARCHIVE": str(copy.parent / "demo.tar.gz"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=seconds, env=env)


def tried(queue: list, copy: Path) -> list[str]:
    """Takes changes from the queue until it is empty; those that nobody noticed, in words."""
    missed = []
    while queue:
        item, tests = queue.pop()
        noticed = is_noticed(copy, item, tests[:NEAREST]) or is_noticed_further(copy, item, tests[NEAREST:MOST])
        missed += [] if noticed else [words(item, tests)]
        print("." if noticed else "?", end="", flush=True)
    return missed


def words(item, tests: list[str]) -> str:
    path, (line, _column) = Path(item.module_path).relative_to(ROOT), item.start_pos
    return f"{path}:{line} {item.operator_name.removeprefix('core/')} {item.occurrence} ({len(tests)} tests)"


def copies(folder: Path) -> list[Path]:
    """A copy of the project for each job, and beside them the demo content that ``make coverage`` has kept."""
    kept = max((ROOT / ".pytest_cache/d/demo").glob("sqlite-*.tar.gz"), key=lambda file: file.stat().st_mtime)
    shutil.copy(kept, folder / "demo.tar.gz")
    left_out = shutil.ignore_patterns(".git", ".venv", "var", "node_modules", "__pycache__", ".pytest_cache", ".coverage*")
    return [Path(shutil.copytree(ROOT, folder / str(job), ignore=left_out)) for job in range(JOBS)]


def main() -> None:
    data, low = CoverageData(str(ROOT / ".coverage")), []
    data.read()
    drawn = {group: sample(modules, data) for group, modules in GROUPS.items()}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:
        homes = copies(Path(folder))
        known = sorted({test for pairs in drawn.values() for _item, tests in pairs for test in tests[:NEAREST]})
        if (sound := run(homes[0], known, "-n", str(JOBS), seconds=3_600)).returncode:
            sys.exit(f"The tests fail without any change.\n{sound.stdout[-3000:]}")
        for group, queue in drawn.items():
            count = len(queue)
            missed = sorted(sum(pool.map(tried, [queue] * JOBS, homes), []))
            share = 100 * (count - len(missed)) / count
            print(f"\n{group}: {count - len(missed)} of {count} changes noticed, {share:.0f} %", *missed, sep="\n  ", flush=True)
            low += [group] if share < ENOUGH else []
    if low:
        sys.exit(f"Under {ENOUGH} per cent: {', '.join(low)}")


if __name__ == "__main__":
    main()
