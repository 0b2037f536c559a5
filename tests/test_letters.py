"""Mail that comes in is read right whatever its label says, and files and machines are told from words and people."""

import email
import email.policy
import random
import re
import time
import unicodedata

import pytest

from desk.letters import MOST_CHARACTERS, read_letter, without_quotes
from desk.reading import MOST_BYTES
from tests.letters import CORPUS, PDF, file_part, jis, letter, multipart, part

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
    assert len(CORPUS) >= 140
    assert right < len(CORPUS) * 0.6


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
        (b"Return-Path: <a@example.org>\r\nX-Other: <>\r\n", b"a@example.org", ""),
        (b"", b"MAILER-DAEMON@example.org", "bounce"),
        (b"X-TCG-Loop: 1\r\n", b"a@example.org", "loop"),
        (b"", b"a@example.org", ""),
        (b"Auto-Submitted: no (a person)\r\n", b"a@example.org", ""),
        (b"Auto-Submitted: Auto-Generated; owner-email=x\r\n", b"a@example.org", "auto-reply"),
        (b"Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\n", b"a@example.org", "auto-reply"),
        (b"X-Autoreply: no\r\n", b"a@example.org", ""),
        (b"List-Unsubscribe: <mailto:x@example.org>\r\nPrecedence: list\r\n", b"a@example.org", "list"),
        (b"List-Unsubscribe: <mailto:x@example.org>\r\n", b"a@example.org", ""),
        (b"X-TCG-Loop: 1\r\nReturn-Path: <>\r\n", b"MAILER-DAEMON@example.org", "loop"),
        (b"", b"Postmaster@example.org", "bounce"),
    ],
)
def test_machines_are_told_from_people(extra, sender, kind):
    assert read_letter(letter(extra=extra, sender=sender)).automatic == kind


@pytest.mark.parametrize("subject", ["Automatic reply: your answer", "自動応答：外出中", "Out of Office until Monday"])
def test_an_absence_is_told_by_its_subject(subject):
    assert read_letter(letter(subject.encode())).automatic == "auto-reply"


@pytest.mark.parametrize(
    "subject",
    [
        "自動返信メールが届きません",
        "不在のときの連絡先について",
        "Out of office hours contact?",
        "Re: Automatic reply: your answer",
        "Automatic reply works?",
    ],
)
def test_a_person_who_asks_about_automatic_replies_is_a_person(subject):
    assert read_letter(letter(subject.encode())).automatic == ""


@pytest.mark.parametrize(
    "subject", ["【自動返信】お問い合わせありがとうございます", "自動応答: 外出中", "[Auto-Reply] Thanks", "不在: 鈴木"]
)
def test_an_absence_beside_outlooks_header_is_told(subject):
    assert read_letter(letter(subject.encode(), extra=b"X-Auto-Response-Suppress: All\r\n")).automatic == "auto-reply"


def test_a_note_that_a_mail_was_read_is_no_bounce():
    raw = multipart(
        part(b"read"), part(b"Disposition: x", b"message/disposition-notification"), kind="report; report-type=disposition-notification"
    )
    assert (read_letter(raw).automatic, read_letter(raw).dropped) == ("auto-reply", [])


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


@pytest.mark.parametrize(
    ("sender", "extra", "told"),
    [
        (b"Mai <mai@EXAMPLE.org>, Anh <anh@example.org>", b"", ("Mai", "mai@example.org")),
        (b"Mai", b"Reply-To: Anh <anh@example.org>\r\nSender: x@example.org\r\n", ("Anh", "anh@example.org")),
        (b'"Mai"', b"", ("Mai", "")),
    ],
)
def test_the_sender_is_the_first_who_has_an_address(sender, extra, told):
    found = read_letter(letter(sender=sender, extra=extra))
    assert (found.from_name, found.from_address) == told


def test_recipients_are_found_in_every_header_that_names_them():
    raw = letter(extra=b"Cc: B <b@example.org>\r\nDelivered-To: desk+1.0123456789abcdef@example.org\r\n")
    assert read_letter(raw).recipients == ["desk@example.org", "b@example.org", "desk+1.0123456789abcdef@example.org"]


def test_a_very_long_mail_is_cut_and_says_so():
    found = read_letter(letter(body=b"x" * (MOST_CHARACTERS + 10)))
    assert (len(found.text), found.is_cut) == (MOST_CHARACTERS, True)


def test_a_mail_nested_a_thousand_times_is_read_as_far_as_it_goes():
    raw = b"x"
    for level in range(1_000):
        raw = b'Content-Type: multipart/mixed; boundary="x%d"\r\n\r\n--x%d\r\n%s\r\n--x%d--\r\n' % (level, level, raw, level)
    found = read_letter(b"Subject: Deep\r\n" + raw)
    assert (found.subject, found.text) == ("Deep", "")


@pytest.mark.parametrize(("depth", "text"), [(20, "Words"), (21, "")])
def test_words_are_looked_for_in_twenty_parts_inside_each_other(depth, text):
    raw = part(b"Words")
    for level in range(depth):
        mark = f"{level:02}".encode()
        raw = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + raw + b"\r\n--" + mark + b"--\r\n"
    assert read_letter(b"From: a@example.org\r\n" + raw).text.strip() == text


LONG = {
    "line breaks": b"Subject: x\r\n\r\n" + b"a\n" * 5_000_000,
    "brackets in the sender": b"From: " + b"(" * 5_000_000 + b"\r\n\r\nx",
    "quotes in the sender": b"From: " + b'"\\' * 5_000_000 + b"\r\n\r\nx",
    "addresses": b"To: " + b"a@b.example," * 500_000 + b"\r\n\r\nx",
    "headers": b"X-A: b\r\n" * 1_000_000 + b"\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?B?4?= " * 500_000 + b"\r\n\r\nx",
    "parameters": b"Content-Type: text/plain" + b"; a*0*=b" * 500_000 + b"\r\n\r\nx",
    "pairs of JIS": letter(body=jis("東") * 1_000_000, charset="iso-2022-jp"),
    "escapes of JIS": letter(body=b"\x1b$B\x1b(B" * 1_000_000),
    "unclosed comments": letter(body=b"<!--" * 2_000_000, kind="text/html"),
    "unclosed tags": letter(body=b"<a href='" * 1_000_000, kind="text/html"),
    "nested tags": letter(body=b"<div><a>" * 1_000_000, kind="text/html"),
    "nested links": letter(body=b"<a href='http://x'>x" * 500_000 + b"</a>" * 500_000, kind="text/html"),
    "silent tags": letter(body=b"<template>" * 50_000 + b"</template>" * 50_000, kind="text/html"),
    "parts": multipart(*[part(b"x")] * 100_000),
    "one boundary at every level": b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n' * 200_000,
    "base64": letter(body=b"QUJD\r\n" * 1_500_000, encoding="base64"),
    "soft breaks": letter(body=b"=\r\n" * 3_000_000, encoding="quoted-printable"),
    "flowed lines": letter(body=b"a \r\n" * 2_000_000, kind="text/plain; format=flowed"),
}


@pytest.mark.parametrize("raw", LONG.values(), ids=LONG.keys())
def test_ten_megabytes_of_malice_are_read_within_seconds(raw):
    began = time.process_time()
    without_quotes(read_letter(raw).text)
    assert time.process_time() - began < 10


def test_words_of_many_lines_are_told_from_quotes_within_seconds():
    began = time.process_time()
    for text in ("a\n" * 100_000, "On 10:00 wrote\n" * 13_000, "From: a\n" * 25_000, ">" * 200_000, "-" * 200_000, " " * 200_000):
        without_quotes(text)
    assert time.process_time() - began < 10


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
        ("了解です\nFrom: Desk <desk@x>\nSent: Thursday\nTo: Suzuki\n\nold", "了解です"),
        ("On Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\n\n\n\n\n> Old\nHanoi.", "Hanoi."),
        ("Hanoi.\nOn Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\n\n\n\n\n\n> Old\nwords", "Hanoi."),
        ("Hanoi.\nOn Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\n\n\n\n\n\nold", "Hanoi."),
        ("", ""),
        ("Thanks!\n\nOn Thu, 26 Nov 2026 at 10:00, Tokyo Career Consulting Desk\n<desk@example.org> wrote:\n\n> Old\n", "Thanks!"),
        ("On Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\n> How long?\nThree years.\n> Where?\nIn Hanoi.", "Three years.\nIn Hanoi."),
        ("Cảm ơn\nVào Th 5, 26 thg 11, 2026 vào lúc 10:00 Desk <desk@x> đã viết:\n> cũ", "Cảm ơn"),
        ("谢谢\nDesk <desk@x> 于2026年11月26日周四 10:00写道：\n> 旧", "谢谢"),
        ("감사합니다\n2026년 11월 26일 (목) 오전 10:00, Desk <desk@x>님이 작성:\n> 옛", "감사합니다"),
        ("了解です\n\n2026/11/26 10:00、Desk <desk@x>のメール:\n\n古い文", "了解です"),
        (
            "了解です\n________________________________\n差出人: 相談デスク <desk@x>\n送信日時: 2026年11月26日 10:00\n宛先: 鈴木\n件名: 相談\n\n古い",
            "了解です",
        ),
        ("了解です\n\nFrom: Desk <desk@x>\nSent: Thursday\nTo: Suzuki\nSubject: Work\n\nold", "了解です"),
        ("Hello\nFrom: Hanoi\nI have a question\nabout my visa", "Hello\nFrom: Hanoi\nI have a question\nabout my visa"),
        ("Hours: 2026, 10:00\nPay:\nfine", "Hours: 2026, 10:00\nPay:\nfine"),
        ("My form\n____________________\nName: Anh", "My form\n____________________\nName: Anh"),
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


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Thu, 26 Nov 2026 10:00:00 +0900 (JST)", "2026-11-26T10:00:00+09:00"),
        ("Thu, 26 Nov 2026 10:00:00 JST", "2026-11-26T10:00:00+09:00"),
        ("Thu, 26 Nov 2026 01:00:00 -0000", "2026-11-26T01:00:00+00:00"),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Thu, 31 Dec 9998 23:59:59 +0000", "9998-12-31T23:59:59+00:00"),
        ("Fri, 01 Jan 9999 00:00:00 +0000", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00+00:00"),
        ("Wed, 31 Dec 1969 23:59:59 +0000", None),
        ("yesterday", None),
    ],
)
def test_the_date_of_a_mail_is_told_with_its_zone(written, told):
    date = read_letter(letter(extra=f"Date: {written}\r\n".encode())).date
    assert (date and date.isoformat()) == told


def test_names_of_files_have_no_folders_no_line_breaks_and_a_bounded_length():
    name = b'filename="' + b"../" + b"x" * 500 + b'\x01.pdf"'
    found = read_letter(multipart(part(b"Hi"), file_part(name, PDF))).attachments[0].name
    assert (len(found), found.startswith("x"), found.endswith("x.pdf")) == (120, True, True)
