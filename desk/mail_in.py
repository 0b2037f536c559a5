"""A mail that came in is filed to its case, or opens one; the same mail twice is filed once."""

import hashlib
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from post_office.models import Email

from desk.cases import Case
from desk.letters import Letter, read_letter, without_quotes
from desk.mailbox import case_number_in
from desk.models import Message, Office

FILED, OPENED, NOTED, KNOWN, LEFT = "filed", "opened", "noted", "known", "left"
"""What became of a mail: added to a case, a new case, a note beside a case, was here before, is nobody's question."""

OURS = re.compile(r"^<case-(\d{1,12})\.[0-9a-f]{32}@")
KANA = re.compile(r"[\u3041-\u30ff]")
FORWARDED = ("bounce", "auto-reply")
LONGEST_NAME = 80


@transaction.atomic
def file_mail(raw: bytes) -> str:
    """File one mail as it came (RFC 5322); what became of it."""
    letter = read_letter(raw)
    own_id = letter.message_id or f"<{hashlib.sha256(raw).hexdigest()}@no-message-id>"
    if Message.objects.filter(message_id=own_id).exists():
        return KNOWN
    case = case_of(letter)
    if letter.automatic:
        return note_automatic(letter, case)
    language = case.language if case else language_of(letter)
    values = {"message_id": own_id, "sender": letter.from_address, "left_out": left_out(letter, language)}
    if case:
        outcome, message = FILED, case.receive(without_quotes(letter.text), channel="mail", **values)
    else:
        outcome, message = OPENED, open_case(letter, language, values).messages.get()
    keep_files(message, letter)
    return outcome


def language_of(letter: Letter) -> str:
    """Japanese for a mail with kana in it, English for every other (Chinese has the characters, but no kana)."""
    return "ja" if KANA.search(letter.subject + letter.text) else "en"


def case_of(letter: Letter) -> Case | None:
    """By the reply address, else by the mails it answers; a merged case leads on, an erased one takes nothing."""
    key = case_number_in(letter.recipients) or key_by_thread(letter.answers_to)
    found = Case.objects.filter(pk=key).first() if key else None
    found = found and found.last_in_line()
    return None if found is None or found.erased_at else found


def key_by_thread(ids: list[str]) -> int | None:
    """The key of the case that one of these mails belongs to: one of ours that really went out, or one that was filed."""
    for one in ids:
        ours = OURS.match(one)
        if ours and Email.objects.filter(message_id=one).exists():
            return int(ours[1])
        filed = Message.objects.filter(message_id=one).values_list("case_id", flat=True).first()
        if filed:
            return filed
    return None


def note_automatic(letter: Letter, case: Case | None) -> str:
    """Bounces and auto-replies are noted beside their case and answered by nobody; other machines' mail is left."""
    if case is None or letter.automatic not in FORWARDED:
        return LEFT
    with override(case.language):
        kind = _("The mail could not be delivered.") if letter.automatic == "bounce" else _("An automatic reply came.")
    case.note(None, f"{kind}\n{letter.subject}\n\n{letter.text[:2_000]}")
    return NOTED


def open_case(letter: Letter, language: str, values: dict) -> Case:
    words = "\n\n".join(part for part in (letter.subject, letter.text.strip()) if part) or "–"
    return Case.objects.begin(
        words, message=values, channel="mail", language=language, name=letter.from_name[:LONGEST_NAME], email=address_of(letter),
        office=Office.objects.answering(),
    )  # fmt: skip


def address_of(letter: Letter) -> str:
    """The address to answer to; empty for one that no mail can go to, or that is our own."""
    try:
        validate_email(letter.from_address)
    except ValidationError:
        return ""
    return "" if letter.from_address.lower() == settings.DESK_MAIL.lower() else letter.from_address


def left_out(letter: Letter, language: str) -> str:
    """In words, one line a file, what of the mail was not taken and why."""
    with override(language):
        return "\n".join(remarks_on(letter))


def remarks_on(letter: Letter) -> list[str]:
    reasons = {
        "too large": _("“%(name)s” was left out: the file is too large."),
        "too many": _("“%(name)s” was left out: there were too many files."),
        "type": _("“%(name)s” was left out: we do not take files of this kind."),
        "unreadable": _("“%(name)s” was left out: the file cannot be read."),
    }
    words = [reasons[one.reason] % {"name": one.name} for one in letter.dropped]
    return [*words, *([_("The mail was so long that its end was left out.")] if letter.is_cut else [])]


def keep_files(message: Message, letter: Letter) -> None:
    for one in letter.attachments:
        ending = one.name.rpartition(".")[2].lower()
        file = ContentFile(one.content, name=f"{message.pk}.{ending}")
        message.attachments.create(file=file, name=one.name, content_type=one.content_type, size=len(one.content))
