"""``make bench``: one table of what each kind of page costs, and an exit that fails when a budget is broken by more than 20 %.

Queries, CPU and bytes are measured here; kept pages and the edge against their yardsticks (``kept``, ``edge``); paint by the
scripts of MEASURE (``pageweight.py`` and ``lh.sh``; default ``../shared/measure``) in a real browser, when they are there.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import pages
from benchmarks.edge import opened
from benchmarks.kept import compare, memory_mb, served
from tests.pages_of import address, paths

MEASURE = Path(os.environ.get("MEASURE", pages.settings.BASE_DIR / "../shared/measure")).resolve()
TOLERANCE = 1.2
ROUNDS = int(os.environ.get("ROUNDS", "2"))
LINES = os.environ.get("LINES", "4g,slow3g")
KEPT_RATIO = {"sqlite": 1.15, "postgresql": 1.5}
PAINT = {"": ((1000, 1500), (2500, 4600)), "others": ((1100, 1700), None)}
"""Milliseconds of first and largest paint on 4G and on slow 3G."""

WEIGHT = {"": (None, 100), "people/": (60, 500), "interview": (80, None), "category": (30, None), "article": (30, None)}
"""Kilobytes at once and after scrolling."""


def name_of(path: str) -> str:
    """What a page is called in the measuring scripts, which take ``name=url`` and no slash in a name."""
    return path.strip("/").replace("/", "-") or "home"


def paint(urls: dict[str, str]) -> dict[str, dict]:
    """Per name: FCP and LCP of both lines, kilobytes at once and after scrolling, of scripts, blocking requests."""
    if not (MEASURE / "pageweight.py").exists():
        return {}
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        told = [f"{name}={url}" for name, url in urls.items()]
        subprocess.run([sys.executable, MEASURE / "pageweight.py", "-n", str(ROUNDS), "-p", LINES, "--json", file.name, *told], check=True)
        return {name: painted(runs) for name, runs in json.load(open(file.name)).items()}


def painted(runs: dict) -> dict:
    middle = lambda line, key: statistics.median(run[key] for run in runs[line]) if line in runs else float("nan")  # noqa: E731
    first = next(iter(runs.values()))[0]
    return {
        "4g": (middle("4g", "fcp"), middle("4g", "lcp")), "slow3g": (middle("slow3g", "fcp"), middle("slow3g", "lcp")),
        "at once": first["total"] / 1000, "scrolled": first["scroll"] / 1000,
        "script": first["by"]["Script"] / 1000, "blocking": len(first["blocking"]), "third": first["third"],
    }  # fmt: skip


def lighthouse(urls: dict[str, str]) -> dict[str, str]:
    """Per name the four scores, when LIGHTHOUSE says how to start it."""
    if "LIGHTHOUSE" not in os.environ or not (MEASURE / "lh.sh").exists():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        told = [f"{name}={url}" for name, url in urls.items()]
        subprocess.run(["bash", MEASURE / "lh.sh", "-n", "1", "-o", folder, *told], check=True, stdout=subprocess.DEVNULL)
        reports = {file.name.split(".")[0]: json.loads(file.read_text()) for file in Path(folder).glob("*.lh.json")}
    return {name: "/".join(f"{part['score'] * 100:.0f}" for part in report["categories"].values()) for name, report in reports.items()}


def edge_ratios(paths: list[str]) -> dict[str, float]:
    """Per page the requests a second of nginx with its kept copy, for one of nginx with the same bytes as a file."""
    with opened() as drill:
        return {path: drill.beside_a_file(path, rounds=3, seconds=1)[3] for path in paths}


def broken(path: str, row: dict) -> list[str]:
    """What a page costs more than its budget and 20 per cent, in words."""
    queries, cpu, size = pages.BUDGETS.get(path, pages.OTHERS)
    limits = [("queries", row["cost"][0], queries), ("CPU ms not kept", row["cost"][1], cpu), ("KB of HTML", row["cost"][2] / 1000, size)]
    limits.append(("kept : bare view", row["kept"]["ratio"], KEPT_RATIO[pages.connection.vendor]))
    if row["paint"]:
        for line, limit in zip(("4g", "slow3g"), PAINT.get(path, PAINT["others"]), strict=True):
            limits += [
                (f"{line} {what}", found, most) for what, found, most in zip(("FCP", "LCP"), row["paint"][line], limit or (), strict=False)
            ]
        at_once, scrolled = WEIGHT.get(path, (None, None))
        limits += [("KB at once", row["paint"]["at once"], at_once), ("KB scrolled", row["paint"]["scrolled"], scrolled)]
        limits += [
            ("KB of scripts", row["paint"]["script"], 5),
            ("blocking requests", row["paint"]["blocking"], 0),
            ("third parties", row["paint"]["third"], 0),
        ]
    faults = [f"edge ratio: {row['edge']:.2f}, budget 0.7"] if row["edge"] * TOLERANCE < 0.7 else []
    return faults + [f"{what}: {found:.1f}, budget {most}" for what, found, most in limits if most is not None and found > most * TOLERANCE]


def line_of(url: str, row: dict, scores: str) -> str:
    queries, cpu, size = row["cost"]
    kept, shown = row["kept"], row["paint"]
    rest = (
        f"{shown['4g'][0]:5.0f} {shown['4g'][1]:5.0f} {shown['slow3g'][0]:5.0f} {shown['slow3g'][1]:5.0f} {shown['at once']:5.0f} {shown['scrolled']:5.0f}"
        if shown
        else "–"
    )
    return (
        f"{url[:40]:40} {queries:3} {cpu:6.1f} {kept['kept']:5.2f} {kept['rate']:6.0f} {kept['bare rate']:6.0f} {kept['ratio']:5.2f} {row['edge']:5.2f} "
        f"{size / 1000:5.1f} {rest} {scores}"
    )


def main() -> None:
    pages.settings.ALLOWED_HOSTS = ["testserver"]
    names = [path for path in paths() if "?" not in path and path not in pages.UNMEASURED and path not in pages.KEPT_BY_NOBODY]
    urls = {path: address(path, "ja") for path in names}
    costs = {path: pages.measure(url) for path, url in urls.items()}
    kept, edge = compare(list(urls.values())), edge_ratios(list(urls.values()))
    with served("tokyo_career.wsgi", WEB_WORKERS="4", SITE_ORIGIN="http://127.0.0.1:8000") as (port, pid):
        full = {name_of(path): f"http://127.0.0.1:{port}{url}" for path, url in urls.items()}
        shown, scores = paint(full), lighthouse(full)
        memory = memory_mb(pid)
    faults = []
    print(
        f"\n{'page':40} qu. {'not':>6} {'kept':>5} {'kept/s':>6} {'bare/s':>6} ratio  edge {'KB':>5} 4G FCP LCP  3G FCP LCP  KB  scrolled  Lighthouse"
    )
    for path, url in urls.items():
        name = name_of(path)
        row = {"cost": costs[path], "kept": kept[url], "edge": edge[url], "paint": shown.get(name)}
        print(line_of(url, row, scores.get(name, "–")))
        faults += [f"{url} {words}" for words in broken(path, row)]
    print(f"\na worker after all this: {memory:.0f} MB")
    if memory > 150 * TOLERANCE:
        faults.append(f"memory of a worker: {memory:.0f} MB, budget 150")
    if faults:
        sys.exit("Budgets broken by more than 20 %:\n" + "\n".join(faults))


if __name__ == "__main__":
    main()
