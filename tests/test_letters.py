"""Mail that comes in is read right whatever its label says, and files and machines are told from words and people."""

import email
import email.policy
import random
import re
import unicodedata

import pytest

from desk.letters import MOST_CHARACTERS, read_letter, without_quotes
from desk.reading import MOST_BYTES
from tests.letters import CORPUS, PDF, file_part, letter, multipart, part

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def read(raw: bytes, names) -> dict:
    found = read_letter(raw)
    special = {
        "files": [(each.name, each.content_type, each.content) for each in found.attachments],
        "dropped": [(each.name, each.reason) for each in found.dropped],
    }
    return {name: special[name] if name in special else getattr(found, name) for name in names}


@pytest.mark.parametrize(("raw", "expected"), [row[1:] for row in CORPUS], ids=[row[0] for row in CORPUS])
def test_a_mail_of_the_corpus_is_read_right(raw, expected):
    assert read(raw, expected) == expected


def test_the_corpus_is_large_enough_and_beyond_what_python_reads_by_itself():
    """Counts how many bodies and subjects of the corpus Python's own email package gets right."""
    right = 0
    for _name, raw, expected in CORPUS:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        try:
            body = mail.get_body(("plain", "html"))
            found = {"subject": str(mail["Subject"]), "text": body.get_content().strip() if body else ""}
        except (LookupError, UnicodeError, AttributeError, KeyError):
            found = {}
        right += all(found.get(name) == value for name, value in expected.items() if name in ("subject", "text"))
    assert len(CORPUS) >= 60
    assert right < len(CORPUS) * 0.7


@pytest.mark.parametrize(
    ("extra", "sender", "kind"),
    [
        (b"Auto-Submitted: auto-replied\r\n", b"a@example.org", "auto-reply"),
        (b"Auto-Submitted: no\r\n", b"a@example.org", ""),
        (b"X-Auto-Response-Suppress: All\r\n", b"a@example.org", ""),
        (b"Precedence: bulk\r\n", b"a@example.org", "auto-reply"),
        (b"X-Autoreply: yes\r\n", b"a@example.org", "auto-reply"),
        (b"List-Id: <l.example.org>\r\n", b"a@example.org", "list"),
        (b"Return-Path: <>\r\n", b"a@example.org", "bounce"),
        (b"", b"MAILER-DAEMON@example.org", "bounce"),
        (b"X-TCG-Loop: 1\r\n", b"a@example.org", "loop"),
        (b"", b"a@example.org", ""),
    ],
)
def test_machines_are_told_from_people(extra, sender, kind):
    assert read_letter(letter(extra=extra, sender=sender)).automatic == kind


@pytest.mark.parametrize("subject", ["Automatic reply: your answer", "自動応答：外出中", "Out of Office until Monday"])
def test_an_absence_is_told_by_its_subject(subject):
    assert read_letter(letter(subject.encode())).automatic == "auto-reply"


def test_a_delivery_report_is_a_bounce():
    raw = multipart(part(b"failed"), part(b"Action: failed", b"message/delivery-status"), kind="report; report-type=delivery-status")
    assert (read_letter(raw).automatic, read_letter(raw).text) == ("bounce", "failed")


def test_files_beyond_the_limits_are_left_out_with_their_reason():
    large = file_part(b'filename="large.pdf"', PDF + b"x" * MOST_BYTES)
    many = [file_part(b'filename="%d.pdf"' % number, PDF) for number in range(11)]
    found = read_letter(multipart(part(b"Hi"), large, *many))
    assert [each.name for each in found.attachments] == [f"{number}.pdf" for number in range(10)]
    assert [(each.name, each.reason) for each in found.dropped] == [("large.pdf", "too large"), ("10.pdf", "too many")]


def test_all_files_together_have_a_limit():
    files = [file_part(b'filename="%d.pdf"' % number, PDF + b"x" * (4 * 1024 * 1024)) for number in range(3)]
    assert [each.reason for each in read_letter(multipart(part(b"Hi"), *files)).dropped] == ["too large"]


def test_ids_of_the_thread_are_found_nearest_first():
    raw = letter(extra=b"In-Reply-To: <c@x>\r\nReferences: <a@x> <b@x>\r\n <c@x>\r\n")
    assert (read_letter(raw).message_id, read_letter(raw).answers_to) == ("<1@example.org>", ["<c@x>", "<b@x>", "<a@x>"])


def test_recipients_are_found_in_every_header_that_names_them():
    raw = letter(extra=b"Cc: B <b@example.org>\r\nDelivered-To: desk+1.0123456789abcdef@example.org\r\n")
    assert read_letter(raw).recipients == ["desk@example.org", "b@example.org", "desk+1.0123456789abcdef@example.org"]


def test_a_very_long_mail_is_cut_and_says_so():
    found = read_letter(letter(body=b"x" * (MOST_CHARACTERS + 10)))
    assert (len(found.text), found.is_cut) == (MOST_CHARACTERS, True)


def test_a_mail_nested_sixty_times_is_read_as_far_as_it_goes():
    raw = b"x"
    for level in range(60):
        raw = b'Content-Type: multipart/mixed; boundary="x%d"\r\n\r\n--x%d\r\n' % (level, level) + raw + b"\r\n--x%d--\r\n" % level
    assert read_letter(raw).text == ""


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Thanks!\n\nOn Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\n> Old\n> words", "Thanks!"),
        ("ありがとうございます。\n\n2026年11月26日(木) 10:00 相談デスク <desk@x>:\n> 以前の文", "ありがとうございます。"),
        ("了解です\n-----Original Message-----\nFrom: x\nold", "了解です"),
        ("了解です\n-----元のメッセージ-----\n古い", "了解です"),
        ("Yes\n> quoted\nand more", "Yes\nand more"),
        ("> only a quote", "> only a quote"),
        ("From: Hanoi to Tokyo:\nis it far?", "From: Hanoi to Tokyo:\nis it far?"),
        ("", ""),
    ],
)
def test_only_the_new_words_of_a_reply_are_kept(text, new):
    assert without_quotes(text) == new


def test_no_broken_mail_raises_or_lets_control_characters_through():
    chance = random.Random(11)
    for _name, raw, _expected in CORPUS:
        for _turn in range(8):
            broken = bytearray(raw)
            for _hit in range(chance.randrange(1, 12)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            broken = bytes(broken[: chance.randrange(1, len(broken) + 1)])
            found = read_letter(broken)
            for text in (
                found.text,
                found.subject,
                found.from_name,
                found.from_address,
                found.message_id,
                *(each.name for each in found.attachments),
            ):
                assert CONTROL.search(text) is None
                text.encode()
            assert "\n" not in found.subject + found.from_name + found.from_address


def test_random_bytes_are_a_letter_too():
    chance = random.Random(5)
    for size in (0, 1, 10, 1_000, 100_000):
        assert isinstance(read_letter(chance.randbytes(size)).text, str)


def test_the_corpus_speaks_the_composed_form():
    assert all(unicodedata.is_normalized("NFC", str(expected.get("text", ""))) for _name, _raw, expected in CORPUS)
