"""What each kind of page costs one worker, uncached: queries, CPU milliseconds, bytes as served.

Runs in a process of its own on the database of VAR (default var; start the site once before). Prints one table and
fails when a budget is broken by more than 20 per cent. Medians of 30 calls after 3 warm-up calls.
"""

import os
import resource
import statistics
import sys
import time

import brotli
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokyo_career.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tests.pages_of import address, paths  # noqa: E402

BUDGETS = {"": (12, 8, 14), "people/": (8, 12, 20)}
OTHERS = (6, 5, 14)
UNMEASURED = ("sitemap/",)
KEPT_BY_NOBODY = ("desk/ask/", "register", "agencies/apply/")
CALLS, WARM, TOLERANCE = 30, 3, 1.2


def measure(url: str) -> tuple[int, float, int]:
    """Queries, median CPU milliseconds, bytes of HTML with its CSS at brotli 5."""
    client = Client()
    times = []
    for call in range(WARM + CALLS):
        start = time.process_time()
        response = client.get(url)
        if call >= WARM:
            times.append((time.process_time() - start) * 1000)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured), statistics.median(times), len(brotli.compress(response.content, quality=5))


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    broken = []
    print(f"{'page':44} {'queries':>8} {'CPU ms':>8} {'KB br 5':>8}")
    print(f"{'/healthz (client and middleware alone)':44} {0:8} {measure('/healthz')[1]:8.1f}")
    for path in paths():
        for language in ("ja", "en"):
            url = address(path, language)
            queries, cpu, size = measure(url)
            print(f"{url[:44]:44} {queries:8} {cpu:8.1f} {size / 1000:8.1f}")
            limits = BUDGETS.get(path.split("?")[0], OTHERS)
            found = (queries, cpu, size / 1000)
            if path not in UNMEASURED and any(value > limit * TOLERANCE for value, limit in zip(found, limits, strict=True)):
                broken.append(f"{url}: {found} against {limits}")
    print(f"\nmemory of this process after all pages: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if broken:
        sys.exit("Budgets broken:\n" + "\n".join(broken))


if __name__ == "__main__":
    main()
