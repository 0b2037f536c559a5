"""Signing in: the group of a role, the limits on guessing, the words a password may not hold."""

import base64
import hashlib
import logging
import time
from types import SimpleNamespace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import consume
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

AUDIT = logging.getLogger("audit")
CONTEXT_WORDS = ("tokyo", "pasona", "tmg", "career")


class RoleBackend(AuthenticationBackend):
    """What an account may do is what the group of its role may do, and the rights given to it alone."""

    def _get_group_permissions(self, user_obj):
        return Permission.objects.filter(group__name__in=user_obj.groups_of_role)


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only; five wrong passwords for one name from one address are enough."""

    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """In the language of the member of staff, under the name and address of this site."""
        site = SimpleNamespace(name=settings.MFA_TOTP_ISSUER, domain=settings.SITE_ORIGIN)
        owner = context.get("user") or self.request.user
        with override(getattr(owner, "language", "ja")):
            super().send_mail(template_prefix, email, {**context, "current_site": site})

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who signed in less than five minutes ago is not asked for the password again (to set up the first second factor)."""
        fresh = time.time() - self.request.session.get("began_at", 0) < 300
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)

    def pre_authenticate(self, request, **credentials):
        name = credentials.get("email") or credentials.get("username", "")
        guess = f"{name.lower()}|{self.get_client_ip(request)}"
        self._login_failed_rl_usage = consume(request, app="allauth.account", action="login_failed", key=guess)
        if not self._login_failed_rl_usage:
            raise ImmediateHttpResponse(respond_429(request))

    def authentication_failed(self, request, **credentials):
        """Note the try and the number of the account that was meant, if there is one; never what was typed."""
        name = credentials.get("email") or credentials.get("username", "")
        meant = get_user_model().objects.filter(Q(username__iexact=name) | Q(email__iexact=name)).values_list("pk", flat=True)
        AUDIT.warning("sign-in failed", extra={"request": request, "facts": {"account": meant.first()}})

    def login(self, request, user):
        super().login(request, user)
        steps = [step.get("type", step["method"]) for step in request.session.get("account_authentication_methods", [])]
        AUDIT.info("signed in", extra={"request": request, "facts": {"by": steps}})

    def logout(self, request):
        AUDIT.info("signed out", extra={"request": request})
        super().logout(request)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Every change of a password or a second factor comes by here. One of a second factor ends the account's other sessions."""
        facts = {"account": user.pk, "change": template_prefix.rpartition("/")[2]}
        AUDIT.warning("account changed by its owner", extra={"request": self.request, "facts": facts})
        if template_prefix.startswith("mfa/"):
            user.end_sessions()
            self.request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            self.request.session.save()
        super().send_notification_mail(template_prefix, user, context, email)


class SecondFactors(DefaultMFAAdapter):
    """Secrets of second factors are kept encrypted with a key made from SECRET_KEY (and its fallbacks)."""

    @staticmethod
    def _keys() -> MultiFernet:
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = [hashlib.sha256(b"staff.mfa" + secret.encode()).digest() for secret in secrets]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

    def encrypt(self, text):
        return self._keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return self._keys().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self):
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


class NoContextWords:
    """Refuses passwords with a word that anybody who knows this site would try first."""

    def validate(self, password, user=None):
        found = [word for word in CONTEXT_WORDS if word in password.lower()]
        if found:
            raise ValidationError(_("The password must not hold the word “%(word)s”.") % {"word": found[0]}, code="context_word")

    def get_help_text(self):
        return _("The password must not hold the words tokyo, pasona, tmg or career.")
