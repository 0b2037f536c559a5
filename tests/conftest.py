"""One database with the demo content for all tests; each test's own rows are rolled back."""

import io

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import translation
from PIL import Image

from core.edition import EPOCH, seen_at
from desk.models import Office
from tests.worker import Reader


def pytest_configure():
    """Static files are served as they lie: nothing is collected for a test."""
    settings.STORAGES["staticfiles"].update(BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_demo", verbosity=0)
        call_command("sync_roles", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def english_between_requests():
    """No test leaves its language to the next."""
    translation.activate("en")
    yield
    translation.deactivate()


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
