"""One database with the demo content for all tests; each test's own rows are rolled back."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation


def pytest_configure():
    """Static files are served as they lie: nothing is collected for a test."""
    settings.STORAGES["staticfiles"].update(BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_demo", verbosity=0)


@pytest.fixture(autouse=True)
def english_between_requests():
    """No test leaves its language to the next."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(params=["ja", "en"])
def language(request):
    return request.param


@pytest.fixture
def administrator(db, django_user_model):
    return django_user_model.objects.create_superuser("administrator", "", "a long enough password")
