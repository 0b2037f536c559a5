import imaplib
import mailbox
import ssl
import sys
from collections import Counter
from urllib.parse import unquote, urlsplit

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from desk.mail_in import file_mail

EX_TEMPFAIL = 75
"""Tells the mail server to keep the message and to come back (sysexits.h)."""

MOST_BYTES = 40 * 1024 * 1024
"""A larger mail is not read; mail servers take less than this."""


class Command(BaseCommand):
    help = (
        "Files incoming mail to cases: one message on standard input (from a pipe of the mail server), every message of --maildir, or the "
        "unseen ones of --imap imaps://user:password@host/folder. A message counts as read when its case is stored; may be run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--maildir", metavar="FOLDER")
        parser.add_argument("--imap", metavar="URL")

    def handle(self, maildir, imap, **options):
        source = from_maildir(maildir) if maildir else from_imap(imap) if imap else from_input()
        try:
            counts = Counter(source)
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"The database does not answer: {type(error).__name__}. The mail stays where it is.")
            sys.exit(EX_TEMPFAIL)
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
        self.stdout.write(f"Mail received: {told}.")


def from_input():
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise CommandError(f"The message is larger than {MOST_BYTES} bytes.")
    if not raw.strip():
        raise CommandError("There is no message on standard input.")
    yield file_mail(raw)


def from_maildir(folder: str):
    """Files each message of ``new`` and then moves it to ``cur`` as seen."""
    try:
        box = mailbox.Maildir(folder, create=False)
    except mailbox.NoSuchMailboxError as error:
        raise CommandError(f"There is no maildir at {folder}.") from error
    for key, message in list(box.iteritems()):
        if message.get_subdir() == "new":
            yield file_mail(box.get_bytes(key))
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message


def from_imap(url: str):
    """Files each unseen message of the folder and then marks it as seen."""
    parts = urlsplit(url)
    if parts.scheme != "imaps" or not parts.hostname or not parts.username:
        raise CommandError("--imap wants imaps://user:password@host/folder.")
    port, trusted = parts.port or imaplib.IMAP4_SSL_PORT, ssl.create_default_context()
    with imaplib.IMAP4_SSL(parts.hostname, port, ssl_context=trusted, timeout=30) as server:
        server.login(unquote(parts.username), unquote(parts.password or ""))
        server.select(parts.path.strip("/") or "INBOX")
        for number in server.search(None, "UNSEEN")[1][0].split():
            raw = server.fetch(number, "(BODY.PEEK[])")[1][0][1]
            yield file_mail(raw)
            server.store(number, "+FLAGS", r"(\Seen)")
