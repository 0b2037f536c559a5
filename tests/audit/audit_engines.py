"""Samples in the engines of Firefox and Safari: Debian's Firefox over Marionette, WebKitGTK's MiniBrowser over WebDriver."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

import pytest

from tests.audit.audit_axe import LOOK
from tests.audit.audit_sight import SIDEWAYS
from tests.browser.test_every_page import AXE
from tests.pages_of import address

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # and the lines that they leave open while they wait
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # what the drivers of other engines import
]
SAMPLES = ["", "people/?from=VN&road=abroad", "interview", "category", "steps/", "step", "agencies/", "article", "event", "desk/", "desk/ask/", "search/?q=visa"]  # fmt: skip
WIDTHS = (360, 1280)


@contextmanager
def firefox():
    """Firefox, and its name with the version."""
    from marionette_driver.marionette import Marionette

    with tempfile.TemporaryDirectory() as log:
        driver = Marionette(bin=shutil.which("firefox-esr"), headless=True, gecko_log=log)
        driver.start_session()
        driver.run = lambda script: driver.execute_script(script, sandbox=None)
        yield driver, f"Firefox {driver.session_capabilities['browserVersion']}"
        driver.quit()


@contextmanager
def display():
    """A screen that nobody looks at; WebKitGTK opens no window without one."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x10000x24"], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        yield f":{number.readline().strip()}"
    screen.terminate()
    screen.wait()


@contextmanager
def webkit():
    """WebKitGTK's small browser, and its name with the version."""
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    with display() as number:
        driver = WebKitGTK(WebKitGTKOptions(), Service(shutil.which("WebKitWebDriver"), env={**os.environ, "DISPLAY": number}))
        driver.run, driver.navigate = driver.execute_script, driver.get
        yield driver, f"WebKitGTK {driver.capabilities['browserVersion']}"
        driver.quit()


ENGINES = {"Firefox": firefox, "WebKit": webkit}


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request):
    """A browser that goes to addresses (``navigate``) and runs scripts (``run``)."""
    with ENGINES[request.param]() as (driver, name):
        driver.name_and_version = name
        yield driver


def opened_wide(driver, width: int) -> int:
    """Opens the window so far, and so high that no bar lies over anything; the width that the page really got."""
    driver.set_window_rect(x=0, y=0, width=width, height=900)
    height = driver.run("return document.documentElement.scrollHeight")
    driver.set_window_rect(x=0, y=0, width=width, height=min(height + 200, 10_000))
    return driver.run("return innerWidth")


def faults(driver) -> list[str]:
    """What axe finds, and whether the page must be pushed sideways."""
    driver.run(AXE)
    found = driver.run(f"return ({LOOK})()")["violations"]
    told = [f"{each['id']}: {node['target'][0]}" for each in found for node in each["nodes"][:3]]
    return told + (["sideways scroll"] if driver.run(f"return {SIDEWAYS}") > 0 else [])


@pytest.mark.parametrize("path", SAMPLES)
def test_axe_finds_no_barrier_in_another_engine(engine, site, path, language, record_property):
    """Firefox and WebKit: axe finds no violation, no sideways scroll, narrow and wide"""
    record_property("tool", engine.name_and_version)
    found = {}
    for width in WIDTHS:
        engine.navigate(site + address(path, language))
        found[opened_wide(engine, width)] = faults(engine)
    record_property("seen", len(found))
    assert found == dict.fromkeys(found, []) and len(found) == 2
