"""The reply address of each case: the desk's own, with the number of the case and a signature behind a plus sign."""

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

EXTENSION = re.compile(r"\+(\d{1,12})\.([0-9a-f]{16})@")


def signature_of(pk: int) -> str:
    return salted_hmac("desk.mailbox", str(pk), algorithm="sha256").hexdigest()[:16]


def mailbox_of(case) -> str:
    """``desk+12.0123456789abcdef@example.org`` (RFC 5233 names such extensions "detail")."""
    local, _at, domain = settings.DESK_MAIL.partition("@")
    return f"{local}+{case.pk}.{signature_of(case.pk)}@{domain}"


def case_number_in(addresses) -> int | None:
    """The key of the case whose reply address is among the addresses, if its signature is ours."""
    for address in addresses:
        found = EXTENSION.search(address.lower())
        if found and constant_time_compare(signature_of(int(found[1])), found[2]):
            return int(found[1])
    return None
