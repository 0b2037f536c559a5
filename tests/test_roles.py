"""Each role meets each kind of row: list, add, change, delete, publish, history, export, bulk action, raw address."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import timezone

from core.links import content_models
from desk.models import Closure, Office
from guide.models import Article
from interviews.models import Consent
from staff.models import User
from staff.roles import COUNSELLOR, EDITOR, OPERATOR, PARTNERS, TABLE
from tests import factories
from tests.conftest import member
from tests.staff import list_of, posted_form, url_of

pytestmark = pytest.mark.django_db
ROLES = ["editor", "operator", "counsellor", "administrator"]
EVERY_MODEL = [
    model for model in admin.site._registry if model._meta.app_label not in ("account", "mfa", "post_office", "redirects", "sites")
]

STILL_NEEDED = ("category", "office", "person")
"""Topics with questions, offices with counsellors and people with a consent are not deleted away from under those."""


@pytest.fixture
def signed_in(client):
    def sign_in(role):
        office = {"office": Office.objects.first()} if role == COUNSELLOR else {}
        user = member(role, **office)
        client.force_login(user)
        return client

    return sign_in


def may(role: str, model, verb: str) -> bool:
    label = "interviews.person" if model._meta.proxy else model._meta.label_lower
    return verb in TABLE[role].get(label, ())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_role_opens_the_list_only_of_what_it_may_view(signed_in, role, model):
    answer = signed_in(role).get(list_of(model))
    assert answer.status_code == (200 if may(role, model, "view") else 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_role_opens_form_addition_deletion_and_history_as_the_table_says(signed_in, role, model):
    client, row = signed_in(role), model.objects.order_by("pk").first()
    verbs = {"change": "view", "delete": "delete", "history": "view"}
    found = {page: client.get(url_of(row, page)).status_code == 200 for page in verbs}
    assert found == {page: may(role, model, verb) for page, verb in verbs.items()}
    assert (client.get(f"{list_of(model)}add/").status_code == 200) == may(role, model, "add")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_role_saves_a_change_and_a_date_of_publication_only_with_the_right(signed_in, role, model):
    client, row = signed_in(role), model.objects.published().order_by("pk").first()
    name, yesterday = row.required_translations[0], str(timezone.localdate() - timedelta(days=1))
    if not may(role, model, "view"):
        assert client.post(url_of(row), {}).status_code == 403
        return
    shown = client.get(url_of(row)).context["adminform"].form.fields
    data = posted_form(client, url_of(row), **{f"{name}_en": "Changed words", "published_at_0": yesterday, "published_at_1": "00:00:00"})
    answer = client.post(url_of(row), {**data, "_save": "1"})
    row_now = model.objects.get(pk=row.pk)
    assert (answer.status_code == 302) == may(role, model, "change"), getattr(answer, "context", None) and answer.context["errors"]
    assert (getattr(row_now, f"{name}_en") == "Changed words") == may(role, model, "change")
    assert (row_now.published_at != row.published_at) == may(role, model, "publish")
    assert ("published_at" in shown) == (may(role, model, "publish") or (may(role, model, "propose") and not may(role, model, "change")))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.label)
def test_role_deletes_in_bulk_only_with_the_right(signed_in, role, model):
    client, row = signed_in(role), model.objects.order_by("-pk").first()
    client.post(list_of(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    gone = not model.objects.filter(pk=row.pk).exists()
    assert not gone or may(role, model, "delete")
    assert gone or not may(role, model, "delete") or model._meta.model_name in STILL_NEEDED


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", ["agencies.agency", "interviews.person", "faq.question", "faq.category"])
def test_role_exports_what_it_sees_and_imports_what_it_changes(signed_in, role, label):
    client, model = signed_in(role), apps.get_model(label)
    assert (client.get(f"{list_of(model)}export/").status_code == 200) == may(role, model, "view")
    assert (client.get(f"{list_of(model)}import/").status_code == 200) == may(role, model, "change")


@pytest.mark.parametrize("role", [OPERATOR, COUNSELLOR, "administrator"])
def test_only_editors_bring_versions_back_of_what_is_not_theirs(signed_in, role):
    row = factories.article()
    assert signed_in(role).post(url_of(row, "history/1")).status_code in (403, 404)


def test_counsellor_sees_the_own_office_only_by_list_and_by_raw_address(client, counsellor):
    client.force_login(counsellor)
    other = Office.objects.exclude(pk=counsellor.office_id).first()
    rows = client.get(list_of(Office)).context["cl"].queryset
    assert list(rows) == [counsellor.office]
    assert client.get(url_of(other)).status_code == 404
    assert client.get(url_of(other, "history")).status_code == 404


def test_counsellor_sees_the_closures_of_the_own_office_only(client, counsellor):
    client.force_login(counsellor)
    days = {"first_on": timezone.localdate(), "last_on": timezone.localdate()}
    own, other = (
        factories.closure(office=counsellor.office, **days),
        factories.closure(office=Office.objects.exclude(pk=counsellor.office_id).first(), **days),
    )
    assert own in client.get(list_of(Closure)).context["cl"].queryset
    assert other not in client.get(list_of(Closure)).context["cl"].queryset


def test_administrator_cannot_change_the_own_role(client, administrator):
    client.force_login(administrator)
    member("editor")
    data = posted_form(client, url_of(administrator), role="editor", is_superuser="on", first_name="Aoi")
    client.post(url_of(administrator), data)
    now = User.objects.get(pk=administrator.pk)
    assert (now.role, now.is_superuser, now.first_name) == ("administrator", False, "Aoi")


def test_the_last_administrator_cannot_be_removed_by_anybody(administrator):
    from django.core.exceptions import ValidationError

    administrator.role = EDITOR
    with pytest.raises(ValidationError):
        administrator.full_clean()


def test_nobody_deletes_an_account(client, administrator):
    client.force_login(administrator)
    other = member("editor")
    assert client.get(url_of(other, "delete")).status_code == 403


def test_hidden_fields_of_an_account_change_nothing(client, administrator):
    client.force_login(administrator)
    other = member("editor")
    client.post(url_of(other), posted_form(client, url_of(other), is_superuser="on", is_staff="", user_permissions="1"))
    now = User.objects.get(pk=other.pk)
    assert (now.is_superuser, now.is_staff, now.user_permissions.count()) == (False, True, 0)


def test_editor_sees_no_paper_of_a_consent_and_a_keeper_does(client, tmg_editor):
    consent = Consent.objects.first()
    client.force_login(tmg_editor)
    assert "paper" not in client.get(url_of(consent)).context["adminform"].form.fields
    User.objects.filter(pk=tmg_editor.pk).update(keeps_consents=True)
    client.force_login(User.objects.get(pk=tmg_editor.pk))
    assert "paper" in client.get(url_of(consent)).context["adminform"].form.fields


def test_operator_publishes_nothing_that_tmg_has_not_published(client, pasona_operator):
    client.force_login(pasona_operator)
    row = factories.agency(published_at=None)
    client.post(url_of(row), posted_form(client, url_of(row), published_at_0="2026-01-01", published_at_1="09:00", _save="1"))
    row.refresh_from_db()
    assert row.published_at is None


def test_table_names_only_what_exists_and_partners_are_content():
    assert set(PARTNERS) <= {model._meta.label_lower for model in content_models()}
    assert {label for rows in TABLE.values() for label in rows} <= {model._meta.label_lower for model in apps.get_models()}


def test_a_role_change_ends_the_open_session(client, tmg_editor):
    client.force_login(tmg_editor)
    assert client.get(list_of(Article)).status_code == 200
    User.objects.filter(pk=tmg_editor.pk).update(role="operator")
    assert client.get(list_of(Article)).status_code == 302
