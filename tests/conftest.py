"""One database with the demo content for all tests; each test's own rows are rolled back."""

import gc
import io
import shutil

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image
from xdist.scheduler import LoadScopeScheduling

from core.edition import EPOCH, seen_at
from desk.models import Office
from tests import demo
from tests.worker import Reader


def pytest_configure(config):
    """Static files are served as they lie: nothing is collected for a test. No test guesses passwords, so they are kept quickly.

    Garbage is looked for less often, which saves an eighth of the time (10 MB more in each worker).
    """
    gc.set_threshold(50_000, 20, 20)
    settings.STORAGES["staticfiles"].update(BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    config.pluginmanager.register(HouseFirst())


HOUSES = {
    **dict.fromkeys(("test_staff", "test_staff_pages", "test_desk"), "the house of staff"),
    **dict.fromkeys(("test_offline", "test_registration"), "the house of visitors"),
}
"""The modules of ``browser/`` that happen in a house (``browser/house.py``), and in which."""


def house_of(nodeid: str) -> str | None:
    """The house of a test, if it happens in one."""
    folder, _slash, module = nodeid.partition(".py")[0].rpartition("/")
    return HOUSES.get(module) if folder.endswith("browser") else None


class OneHouse(LoadScopeScheduling):
    """A module stays with one worker, all that happens in a house with one: it is opened once."""

    def _split_scope(self, nodeid: str) -> str:
        return house_of(nodeid) or nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config, log):
    return OneHouse(config, log)


class HouseFirst:
    """After the shuffle: the houses begin, so that no worker waits for them at the end."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: house_of(item.nodeid) is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, pytestconfig):
    """The demo content in the database; the archive it came from."""
    with django_db_blocker.unblock():
        return demo.load(pytestconfig.cache.mkdir("demo"))


@pytest.fixture(autouse=True)
def english_between_requests():
    """No test leaves its language to the next."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture
def files_come_back(tmp_path):
    """Files of the demonstration that a test deletes are there again for the next: no rollback brings them."""
    for name in ("media", "private"):
        shutil.copytree(settings.VAR / name, tmp_path / name)
    yield
    for name in ("media", "private"):
        shutil.copytree(tmp_path / name, settings.VAR / name, dirs_exist_ok=True)


@pytest.fixture
def limits_start_anew():
    """Nobody has tried or waited yet."""
    cache.clear()


@pytest.fixture
def reader():
    """A reader before a worker of their own."""
    seen_at.set(EPOCH)
    yield Reader()
    seen_at.set(EPOCH)


@pytest.fixture(params=["ja", "en"])
def language(request):
    return request.param


PASSWORD = "a long enough sentence"


def member(role: str, **values):
    return get_user_model().objects.create_user(role, f"{role}@example.org", PASSWORD, role=role, is_staff=True, **values)


@pytest.fixture
def tmg_editor(db):
    return member("editor")


@pytest.fixture
def pasona_operator(db):
    return member("operator")


@pytest.fixture
def counsellor(db):
    return member("counsellor", office=Office.objects.first())


@pytest.fixture
def as_operator(client, pasona_operator):
    client.force_login(pasona_operator)
    return client


@pytest.fixture
def abroad(db):
    return Office.objects.get(slug="hanoi")


@pytest.fixture
def counsellor_abroad(abroad):
    return member("counsellor", office=abroad)


@pytest.fixture
def administrator(db):
    return member("administrator")


@pytest.fixture
def as_editor(client, tmg_editor):
    """A signed-in editor's browser without a window."""
    client.force_login(tmg_editor)
    return client


@pytest.fixture
def picture():
    """A small JPEG as a browser uploads it."""
    buffer = io.BytesIO()
    Image.new("RGB", (800, 1000), "teal").save(buffer, "JPEG")
    return SimpleUploadedFile("portrait.jpg", buffer.getvalue(), "image/jpeg")
