"""Ways in for people without an account: the address holds 192 random bits, the database only their digest."""

import hashlib
import secrets

from django.db import models
from django.http import Http404


def digest_of(token: str) -> str:
    """SHA-256 of a token; a fast digest is enough, because the token is random and long (NIST SP 800-63B, 5.1.2)."""
    return hashlib.sha256(token.encode()).hexdigest()


class PrivateLink(models.Model):
    """One private address of a row; each mail carries one of its own, and all of them work."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @classmethod
    def issue(cls, **owner) -> str:
        """A new token for the row named by ``owner`` (``case=case``)."""
        token = secrets.token_urlsafe(24)
        cls.objects.create(digest=digest_of(token), **owner)
        return token

    @classmethod
    def open(cls, token: str, *related: str) -> "PrivateLink":
        """The link behind a token with its row; raises Http404 for whatever is none."""
        found = cls.objects.select_related(*related).filter(digest=digest_of(token)).first()
        if found is None:
            raise Http404
        return found
