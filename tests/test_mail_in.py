"""A mail that comes in finds its case, or opens one."""

import io
import mailbox
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from post_office.models import Email

from desk.mail_in import FILED, KNOWN, LEFT, NOTED, OPENED, file_mail
from desk.mailbox import mailbox_of
from desk.models import Attachment, Case, Message
from tests import factories
from tests.letters import ASK, NEC, PDF, file_part, jis, letter, multipart, part, word

pytestmark = pytest.mark.django_db


def reply_to(case: Case, words: bytes = b"And my family?", address: str = "", **options) -> bytes:
    raw = letter(b"Re: your question", words, **options)
    return raw.replace(b"To: desk@example.org", f"To: {address or mailbox_of(case)}".encode())


def test_a_japanese_mail_opens_a_case_in_japanese_and_is_acknowledged():
    raw = letter(
        word(jis("就職の相談"), "iso-2022-jp"),
        jis(ASK + NEC),
        charset="iso-2022-jp",
        sender=word(jis("髙﨑"), "iso-2022-jp") + b" <taka@example.jp>",
    )
    assert file_mail(raw) == OPENED
    case = Case.objects.get()
    assert (case.channel, case.language, case.name, case.email, case.consented_at) == ("mail", "ja", "髙﨑", "taka@example.jp", None)
    assert case.messages.get().body == f"就職の相談\n\n{ASK + NEC}"
    receipt = Email.objects.get()
    assert case.number in receipt.subject and "個人情報の取扱い" in receipt.message
    assert receipt.headers["In-Reply-To"] == "<1@example.org>"


@pytest.mark.parametrize(("words", "language"), [("我想去東京工作", "en"), ("ビザ？", "ja"), ("Xin chào", "en")])
def test_the_language_of_a_case_by_mail_is_japanese_only_with_kana(words, language):
    file_mail(letter(words.encode(), words.encode(), charset="utf-8"))
    assert Case.objects.get().language == language


def test_a_reply_is_filed_to_its_case_without_the_quoted_words(pasona_operator):
    case = factories.case()
    case.reply(pasona_operator, "A month.")
    words = b"And my family?\r\n\r\nOn Thu, 26 Nov 2026 at 10:00, Desk <desk@x> wrote:\r\n> A month."
    assert file_mail(reply_to(case, words)) == FILED
    case.refresh_from_db()
    last = case.messages.last()
    assert (last.body, last.channel, last.sender, case.state) == ("And my family?", "mail", "mai@example.org", "open")
    assert case.answer_by is not None


def test_a_reply_to_the_plain_address_finds_its_case_by_the_thread(pasona_operator):
    case = factories.case()
    receipt = Email.objects.get()
    assert file_mail(letter(extra=f"In-Reply-To: {receipt.message_id}\r\n".encode())) == FILED
    assert case.messages.count() == 2


def test_a_second_mail_in_a_thread_begun_by_the_visitor_finds_its_case():
    file_mail(letter())
    second = letter(body=b"More", extra=b"References: <1@example.org>\r\n").replace(b"<1@example.org>\r\nMIME", b"<2@example.org>\r\nMIME")
    assert file_mail(second) == FILED
    assert Case.objects.get().messages.count() == 2


@pytest.mark.parametrize("address", ["desk+{pk}.0000000000000000@localhost", "desk+{pk}@localhost", "desk+99999.{signature}@localhost"])
def test_a_forged_reply_address_opens_a_case_of_its_own(address):
    case = factories.case()
    signature = mailbox_of(case).partition(".")[2].partition("@")[0]
    assert file_mail(reply_to(case, address=address.format(pk=case.pk, signature=signature))) == OPENED
    assert case.messages.count() == 1


def test_a_made_up_message_id_of_ours_leads_to_no_case():
    case = factories.case()
    forged = f"<case-{case.pk}.{'0' * 32}@localhost>"
    assert file_mail(letter(extra=f"In-Reply-To: {forged}\r\n".encode())) == OPENED


def test_the_same_mail_twice_is_filed_once():
    assert [file_mail(letter()), file_mail(letter())] == [OPENED, KNOWN]
    without_id = letter().replace(b"Message-ID: <1@example.org>\r\n", b"")
    assert [file_mail(without_id), file_mail(without_id)] == [OPENED, KNOWN]
    assert Case.objects.count() == 2


def test_a_reply_to_a_merged_case_goes_to_the_one_that_took_it_in(pasona_operator):
    case, other = factories.case(), factories.case()
    case.absorb(pasona_operator, other)
    assert file_mail(reply_to(other)) == FILED
    assert case.messages.last().body == "And my family?"


def test_a_reply_to_an_erased_case_opens_a_new_one():
    case = factories.case()
    address = mailbox_of(case)
    case.erase()
    assert file_mail(reply_to(case, address=address)) == OPENED
    assert case.messages.count() == 0


def test_files_are_kept_where_no_public_address_leads_and_others_are_named_in_words():
    raw = multipart(
        part("履歴書です。ご確認ください。".encode()), file_part(b'filename="cv.pdf"', PDF), file_part(b'filename="a.exe"', b"MZ")
    )
    file_mail(raw)
    file, message = Attachment.objects.get(), Message.objects.get()
    assert (file.name, file.size) == ("cv.pdf", len(PDF))
    with file.file.open("rb") as opened:
        assert opened.read() == PDF
    assert not Path(file.file.path).is_relative_to(settings.MEDIA_ROOT)
    assert message.left_out == "「a.exe」は、受け取れない種類のファイルです。"


def test_a_bounce_and_an_absence_are_notes_that_nobody_answers(pasona_operator):
    case = factories.case()
    case.reply(pasona_operator, "A month.")
    Email.objects.all().delete()
    assert file_mail(reply_to(case, extra=b"Return-Path: <>\r\n")) == NOTED
    assert file_mail(reply_to(case, extra=b"Auto-Submitted: auto-replied\r\n").replace(b"<1@", b"<2@")) == NOTED
    case.refresh_from_db()
    assert (case.state, case.notes.count(), case.messages.count(), Email.objects.count()) == ("answered", 2, 2, 0)
    assert case.notes.first().body.startswith("The mail could not be delivered.")


@pytest.mark.parametrize(
    "extra", [b"X-TCG-Loop: 1\r\n", b"List-Id: <l.example>\r\n", b"Auto-Submitted: auto-generated\r\n", b"Return-Path: <>\r\n"]
)
def test_machines_that_write_to_the_desk_open_no_case(extra):
    assert file_mail(letter(extra=extra)) == LEFT
    assert (Case.objects.count(), Email.objects.count()) == (0, 0)


def test_a_mail_from_the_desks_own_address_is_never_answered():
    assert file_mail(letter(sender=b"Desk <desk@localhost>")) == OPENED
    assert (Case.objects.get().email, Email.objects.count()) == ("", 0)


def test_twenty_mails_of_one_sender_are_twenty_cases_and_three_receipts():
    for number in range(20):
        file_mail(letter(body=str(number).encode()).replace(b"<1@", b"<%d@" % number))
    assert (Case.objects.count(), Email.objects.count()) == (20, 3)


def test_the_command_files_a_message_from_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(letter())))
    call_command("receive_mail")
    assert capsys.readouterr().out == "Mail received: 1 opened.\n"


def test_the_command_empties_a_maildir_into_cases_and_leaves_seen_ones(tmp_path, capsys):
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for number in range(3):
        box.add(letter().replace(b"<1@", b"<%d@" % number))
    call_command("receive_mail", maildir=str(tmp_path / "box"))
    call_command("receive_mail", maildir=str(tmp_path / "box"))
    assert capsys.readouterr().out == "Mail received: 3 opened.\nMail received: none.\n"
    assert Case.objects.count() == 3


@pytest.mark.parametrize("options", [{"maildir": "/nowhere/at/all"}, {"imap": "http://x"}, {"imap": "imaps://example.org"}])
def test_the_command_says_what_is_wrong_with_its_source(options):
    with pytest.raises(CommandError):
        call_command("receive_mail", **options)


def test_an_empty_message_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    with pytest.raises(CommandError, match="There is no message"):
        call_command("receive_mail")
