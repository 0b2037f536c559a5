import os
import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.house import chromium, code, opened, watched

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def let_go_of_the_database():
    """The browser driver's loop has a connection of its own here, and threads of the server whose visitor kept the line open have theirs.

    PostgreSQL drops no database that a session still holds. The own line is opened anew: it may have been ended from another loop.
    """
    connection.close()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    connection.close()


@pytest.fixture(scope="session")
def program():
    """Chromium without its own windows, which opens a page for a third of the work; its pages are the same."""
    return chromium("chromium-headless-shell")


@pytest.fixture(scope="session")
def browser(program, django_db_setup, django_db_blocker):
    """A real browser; when it closes, whatever its driver's loop holds of the database is let go."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
    with django_db_blocker.unblock():
        let_go_of_the_database()


def take_turns(server: LiveServer) -> None:
    """SQLite in memory is one connection for all threads, so one request at a time.

    With two at once, a query that calls a function of Python (MD5) waits for a thread that waits for the query, and both for ever.
    """
    turn, answer = threading.RLock(), server.thread.httpd.get_app()

    def alone(environ, start_response):
        with turn:
            return answer(environ, start_response)

    def ask(execute, *query):
        with turn:
            return execute(*query)

    server.thread.httpd.set_app(alone)
    connection.execute_wrappers.append(ask)


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker):
    """The address of the running site with the demo content, which no test of a reader changes."""
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        if connection.vendor == "sqlite":
            take_turns(server)
        yield server.url
        server.stop()
        let_go_of_the_database()


@pytest.fixture(scope="session")
def staff_session(site, django_db_blocker):
    """The session of an administrator who is really in the database, as a cookie for the browser."""
    with django_db_blocker.unblock():
        user = get_user_model().objects.create_user("browser-editor", "", "a long enough sentence", role="editor", is_staff=True)
        client = Client()
        client.force_login(user)
        yield {"name": "session", "value": client.cookies["session"].value, "url": site}
        user.delete()


@pytest.fixture
def open_page(browser, site):
    """A function: path, width, further context options -> the loaded page; its complaints in ``page.complaints``."""
    contexts = []

    def load(path: str, width: int = 360, height: int = 740, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(site + path)
        return page

    yield load
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory, django_db_setup):
    with opened(tmp_path_factory.mktemp("house"), os.environ.get("DATABASE_URL", ""), django_db_setup) as house:
        yield house


@pytest.fixture(scope="session")
def signed_in(browser, house):
    """A page of each role, signed in once with password and code."""
    pages = {}

    def sign_in(role):
        if role not in pages:
            context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=house.origin)
            page = pages[role] = watched(context)
            page.goto("/admin/")
            page.locator("[name=login]").fill(role)
            page.locator("[name=password]").fill(house.passwords[role])
            page.get_by_role("button", name="ログイン", exact=True).click()
            page.locator("[name=code]").fill(code())
            page.locator("form:has([name=code]) button[type=submit]").click()
            page.wait_for_url("**/admin/")
        pages[role].context.complaints.clear()  # an earlier test's are not this one's
        return pages[role]

    yield sign_in
    for page in pages.values():
        page.context.close()
