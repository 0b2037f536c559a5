"""Sign-in of staff: invitations, second factors, limits, the end of sessions."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from staff.models import User
from tests.conftest import PASSWORD, member
from tests.staff import list_of, posted_form, url_of

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_guesses_remembered():
    cache.clear()


@pytest.fixture
def strict(settings):
    settings.STAFF_MFA = True


def code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"login": user.username, "password": password})


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/guide/article/", "/admin/guide/article/1/change/", "/admin/translations/", "/admin/jsi18n/"]
)
def test_staff_without_a_second_factor_see_no_page_of_the_admin(strict, client, tmg_editor, path):
    sign_in(client, tmg_editor)
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/"


def test_staff_with_a_second_factor_give_its_code_and_enter(strict, client, tmg_editor):
    TOTP.activate(tmg_editor, SECRET)
    answer = sign_in(client, tmg_editor)
    assert answer.url == "/accounts/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    client.post("/accounts/2fa/authenticate/", {"code": code(SECRET)})
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_opens_the_door_once(strict, client, tmg_editor):
    TOTP.activate(tmg_editor, SECRET)
    codes = RecoveryCodes.activate(tmg_editor).get_unused_codes()
    for tries, expected in ((1, 200), (2, 302)):
        client.logout()
        sign_in(client, tmg_editor)
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert client.get("/admin/").status_code == expected, tries


def test_the_secret_of_a_second_factor_is_not_stored_in_the_open(tmg_editor):
    TOTP.activate(tmg_editor, SECRET)
    assert SECRET not in str(Authenticator.objects.get().data)


def test_the_sixth_wrong_password_gets_429_and_other_addresses_still_enter(client, tmg_editor):
    answers = [sign_in(client, tmg_editor, "wrong password x").status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 200, 429]
    blocked = sign_in(client, tmg_editor)
    assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "300")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), tmg_editor).status_code == 302


def test_a_forged_forwarded_address_gives_no_more_guesses(client, tmg_editor):
    answers = [
        client.post("/accounts/login/", {"login": "editor", "password": "no"}, headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code
        for n in range(6)
    ]
    assert answers[-1] == 429


def test_whoever_finds_an_open_screen_changes_no_address_without_the_password(client, tmg_editor):
    client.force_login(tmg_editor)
    session = client.session
    session.update({"began_at": int(timezone.now().timestamp()) - 600, "seen_at": int(timezone.now().timestamp())})
    session.save()
    answer = client.post("/accounts/email/", {"action_add": "", "email": "mine@example.org"})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not Email.objects.exists() and User.objects.get(pk=tmg_editor.pk).email == "editor@example.org"


def test_nobody_signs_up(client):
    client.post("/accounts/signup/", {"username": "x", "email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(username="x").exists()


@pytest.mark.parametrize(
    "password", ["short", "tokyo-forever-and-ever", "I love PASONA very much", "my tmg password 12345", "career of a lifetime"]
)
def test_short_passwords_and_words_of_this_site_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_long_sentence_is_a_good_password():
    assert validate_password("seven green umbrellas walk") is None


def test_administrator_invites_by_mail_and_the_invited_choose_their_password(client, administrator):
    client.force_login(administrator)
    data = {"email": "new@example.org", "role": "editor", "language": "ja", "is_active": "on", "last_name": "", "first_name": ""}
    assert client.post(f"{list_of(User)}add/", data).status_code == 302
    user, mail = User.objects.get(email="new@example.org"), Email.objects.get()
    assert not user.has_usable_password() and mail.subject == "【TOKYO CAREER GUIDE】管理画面へのご招待"
    path = re.search(r"http://127.0.0.1:8000(\S+)", mail.message)[1]
    client.logout()
    page = client.get(path, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "seven green umbrellas", "password2": "seven green umbrellas"})
    assert sign_in(client, user, "seven green umbrellas").status_code == 302
    assert client.get(path, follow=True).context.get("token_fail")


def test_an_invitation_expires_after_three_days(time_machine, administrator):
    user = User.objects.invite("late@example.org", "editor")
    path = re.search(r"http://127.0.0.1:8000(\S+)", Email.objects.get(to="late@example.org").message)[1]
    time_machine.move_to(timezone.now() + timedelta(days=4))
    assert Client().get(path, follow=True).context["token_fail"]
    assert not user.has_usable_password()


def test_invite_administrator_tells_every_administrator(administrator):
    call_command("invite_administrator", "second@example.org")
    assert sorted(str(mail.to[0]) for mail in Email.objects.all()) == ["administrator@example.org", "second@example.org"]
    assert User.objects.get(email="second@example.org").is_administrator
    with pytest.raises(CommandError):
        call_command("invite_administrator", "second@example.org")


def test_reset_mfa_takes_every_factor_and_tells_the_owner_and_administrators(administrator, tmg_editor):
    TOTP.activate(tmg_editor, SECRET)
    call_command("reset_mfa", "editor")
    assert not Authenticator.objects.exists()
    assert sorted(str(mail.to[0]) for mail in Email.objects.all()) == ["administrator@example.org", "editor@example.org"]
    with pytest.raises(CommandError):
        call_command("reset_mfa", "nobody")


def test_nobody_resets_their_own_second_factor_in_the_admin(client, administrator, tmg_editor):
    TOTP.activate(administrator, SECRET)
    TOTP.activate(tmg_editor, SECRET)
    client.force_login(administrator)
    client.post(list_of(User), {"action": "reset_second_factors", "_selected_action": [administrator.pk, tmg_editor.pk]})
    assert [row.user for row in Authenticator.objects.all()] == [administrator]


@pytest.mark.parametrize(("minutes", "stays"), [([30, 80], True), ([61], False), ([50 * n for n in range(1, 11)], False)])
def test_a_session_ends_after_an_hour_without_a_request_and_after_eight(client, time_machine, tmg_editor, minutes, stays):
    began = timezone.now()
    time_machine.move_to(began)
    sign_in(client, tmg_editor)
    client.get("/admin/")
    for minute in minutes:
        time_machine.move_to(began + timedelta(minutes=minute))
        answer = client.get("/admin/")
    assert (answer.status_code == 200) == stays


def test_a_closed_account_and_a_new_password_end_the_session(client, tmg_editor):
    for change in ({"is_active": False}, {"is_active": True, "password": "!"}):
        User.objects.filter(pk=tmg_editor.pk).update(is_active=True)
        client.force_login(User.objects.get(pk=tmg_editor.pk))
        User.objects.filter(pk=tmg_editor.pk).update(**change)
        assert client.get("/admin/").status_code == 302


def test_signing_out_clears_what_the_browser_kept(client, tmg_editor):
    sign_in(client, tmg_editor)
    assert "cookies" in client.post("/accounts/logout/").headers["Clear-Site-Data"]


def test_every_page_of_sign_in_is_private_japanese_and_under_the_strict_policy(client, tmg_editor):
    sign_in(client, tmg_editor)
    for path in ("/accounts/2fa/", "/accounts/password/change/", "/accounts/logout/", "/accounts/password/reset/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "no-store" in answer.headers["Cache-Control"] and "unsafe" not in answer.headers["Content-Security-Policy"]
        assert 'lang="ja"' in answer.content.decode()


@pytest.mark.parametrize("origin", ["https://career.example.org", "http://career.example.org"])
def test_the_start_is_refused_when_second_factors_are_off_on_a_public_address(origin):
    environ = {**os.environ, "STAFF_MFA": "off", "SITE_ORIGIN": origin, "SECRET_KEY": "x" * 60}
    done = subprocess.run([sys.executable, "manage.py", "check"], env=environ, capture_output=True, text=True)
    assert done.returncode != 0 and "STAFF_MFA may be off only where" in done.stderr


def test_english_speaking_staff_read_the_admin_in_english(client):
    client.force_login(member("editor", language="en"))
    assert 'lang="en' in client.get("/admin/", headers={"accept-language": "ja"}).content.decode()


def test_an_account_of_the_list_can_be_closed_and_its_mail_is_unique(client, administrator, tmg_editor):
    client.force_login(administrator)
    data = posted_form(client, url_of(tmg_editor), email="ADMINISTRATOR@example.org")
    assert client.post(url_of(tmg_editor), data).status_code == 200


def test_a_forgotten_password_is_mailed_in_the_language_of_its_owner_and_tells_strangers_nothing(client, mailoutbox):
    member("editor", language="en")
    pages = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True).content for email in ("editor@example.org", "x@example.org")
    ]
    (mail,) = mailoutbox
    assert mail.subject.startswith("[TOKYO CAREER GUIDE]") and "Thank you for using TOKYO CAREER GUIDE" in mail.body
    assert "example.com" not in mail.body and "http://" in mail.body
    assert len(set(pages)) == 1


def test_a_new_second_factor_is_told_by_mail(strict, client, tmg_editor, mailoutbox, django_capture_on_commit_callbacks):
    sign_in(client, tmg_editor)
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code(form.secret)})
    assert [mail.to for mail in mailoutbox] == [[tmg_editor.email]]
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("deed", ["activate", "deactivate"])
def test_a_new_and_a_removed_second_factor_end_every_other_session_of_the_account(
    strict, client, tmg_editor, django_capture_on_commit_callbacks, deed
):
    elsewhere, path = Client(), f"/accounts/2fa/totp/{deed}/"
    if deed == "deactivate":
        TOTP.activate(tmg_editor, SECRET)
    for browser in (elsewhere, client):
        browser.force_login(tmg_editor)
        assert browser.get("/accounts/2fa/").status_code == 200
    secret = getattr(client.get(path).context["form"], "secret", SECRET)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path, {"code": code(secret)}).status_code == 302
    assert [client.get("/accounts/2fa/").status_code, elsewhere.get("/accounts/2fa/").status_code] == [200, 302]


def test_second_factors_that_were_reset_end_the_sessions_of_the_account(client, tmg_editor):
    client.force_login(tmg_editor)
    assert client.get("/admin/").status_code == 200
    call_command("reset_mfa", "editor")
    assert client.get("/admin/").status_code == 302


def test_a_new_secret_keeps_sessions_links_and_second_factors_while_the_old_one_is_known(strict, settings, client, tmg_editor):
    TOTP.activate(tmg_editor, SECRET)
    codes = RecoveryCodes.activate(tmg_editor).get_unused_codes()
    User.objects.invite("new@example.org", "editor")
    path = re.search(r"http://127.0.0.1:8000(\S+)", Email.objects.get(to="new@example.org").message)[1]
    client.force_login(tmg_editor)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the new secret " * 5
    assert client.get("/admin/").status_code == 200
    assert not Client().get(path, follow=True).context.get("token_fail")
    call_command("renew_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/admin/").status_code == 200
    for given in (code(SECRET), codes[0]):
        browser = Client()
        sign_in(browser, tmg_editor)
        browser.post("/accounts/2fa/authenticate/", {"code": given})
        assert browser.get("/admin/").status_code == 200
