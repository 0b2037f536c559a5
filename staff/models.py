from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from staff import roles
from staff.mail import send


class UserManager(DjangoUserManager):
    def administrators(self):
        return self.filter(role=roles.ADMINISTRATOR, is_active=True)

    @transaction.atomic
    def invite(self, email: str, role: str, **values) -> "User":
        """A new account without a password; its owner gets a mail with the way to choose one. Raises ValidationError."""
        user = self.model(**{"username": email, "email": email, "role": role, "is_staff": True, **values})
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
        user.send_invitation()
        return user


class User(AbstractUser):
    """A member of staff; visitors have no accounts."""

    is_private = True

    role = models.CharField(_("role"), max_length=16, choices=roles.ROLES, default=roles.COUNSELLOR)
    office = models.ForeignKey(
        "desk.Office", models.PROTECT, null=True, blank=True, verbose_name=_("office"), help_text=_("Counsellors see only this office.")
    )
    language = models.CharField(_("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")], default="ja")
    keeps_consents = models.BooleanField(
        _("keeps the papers of consents"), default=False, help_text=_("Sees the reference of the paper behind each consent.")
    )
    wants_morning_mail = models.BooleanField(_("wants the morning list by mail"), default=False)
    morning_mailed_on = models.DateField(null=True, editable=False)
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        constraints = [models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="one_account_an_address")]

    @property
    def groups_of_role(self) -> list[str]:
        return [self.role, roles.CONSENT_KEEPER] if self.keeps_consents else [self.role]

    def clean(self):
        super().clean()
        if self.role == roles.COUNSELLOR and not self.office_id and not self.is_superuser:
            raise ValidationError({"office": _("A counsellor belongs to an office.")})
        others = User.objects.administrators().exclude(pk=self.pk)
        if self.pk and self.was_administrator and not self.is_administrator and not others.exists():
            raise ValidationError(_("This is the last administrator: somebody has to keep the accounts."))

    @property
    def is_administrator(self) -> bool:
        return self.role == roles.ADMINISTRATOR and self.is_active

    @property
    def was_administrator(self) -> bool:
        return User.objects.administrators().filter(pk=self.pk).exists()

    def _get_session_auth_hash(self, secret=None):
        """Changes with password, role, office, rights and second factors, so that a change of any of them ends the open sessions."""
        state = f"{self.password}|{self.role}|{self.office_id}|{self.keeps_consents}|{self.sessions_ended}"
        return salted_hmac("staff.User.session", state, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Whoever is signed in with this account has to sign in again."""
        User.objects.filter(pk=self.pk).update(sessions_ended=F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    def send_invitation(self) -> None:
        key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(self)
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(self), "key": key})
        send(self, "invitation", link=settings.SITE_ORIGIN + path, days=settings.PASSWORD_RESET_TIMEOUT // 86_400)

    @transaction.atomic
    def reset_mfa(self, by: str) -> None:
        """Take away every second factor (a lost phone); the account, and all administrators, are told by mail."""
        Authenticator.objects.filter(user=self).delete()
        self.end_sessions()
        told = {user.pk: user for user in [self, *User.objects.administrators()]}
        for user in told.values():
            send(user, "mfa_reset", name=self.get_username(), by=by)
