"""Reading a mail that came in: who, what about, which words, which files, and whether a person wrote it. Never raises."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from desk.charsets import decode, one_line, tidy
from desk.markup import text_of_html
from desk.reading import Attachment, Dropped, Files

MOST_CHARACTERS = 200_000
MOST_PARTS, DEEPEST = 200, 10
MOST_IDS = 50
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
ADDRESS = re.compile(r"[^\s<>@\"(),:;\\]+@[^\s<>@\"(),:;\\]+")
ENCODED = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
QUIET_PRECEDENCE = re.compile(r"bulk|junk|auto.?reply", re.IGNORECASE)
AUTOMATIC_SUBJECT = re.compile(
    r"^(automatic reply|auto(matic)?[- ]?reply|out of (the )?office|自動応答|自動返信|不在通知|不在のお知らせ)", re.IGNORECASE
)
ROBOTS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
ATTRIBUTION = re.compile(
    r"^\s*(on .{5,200}wrote:|.{0,20}\d{4}[年/.-].{3,120}<[^>]+>[^\n]{0,10}[:：]|-{3,}\s*(original message|元のメッセージ|forwarded message|転送メッセージ).*"
    r"|_{20,}|(from|差出人|送信者|发件人|寄件者)\s*[:：].*)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Letter:
    """A mail as far as the desk needs it; texts hold no control characters, one-line values no line breaks."""

    message_id: str = ""
    answers_to: list[str] = field(default_factory=list)
    from_name: str = ""
    from_address: str = ""
    recipients: list[str] = field(default_factory=list)
    subject: str = ""
    text: str = ""
    is_cut: bool = False
    is_html_only: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    automatic: str = ""
    date: datetime | None = None


def read_letter(raw: bytes) -> Letter:
    """A mail (RFC 5322) in whatever state; broken parts are read as far as they go."""
    mail = message_from_bytes(raw)
    name, address = sender_of(mail)
    body = Body()
    body.read(mail)
    text = body.words()
    return Letter(
        message_id=(ids_in(mail, "Message-ID") or [""])[0], answers_to=ids_in(mail, "In-Reply-To", "References"), from_name=name,
        from_address=address, recipients=recipients_of(mail), subject=one_line(header(mail, "Subject")), text=text[:MOST_CHARACTERS],
        is_cut=len(text) > MOST_CHARACTERS, is_html_only=body.is_html_only, attachments=body.files.kept, dropped=body.files.dropped,
        automatic=automatic_kind(mail, address, one_line(header(mail, "Subject"))), date=date_of(mail),
    )  # fmt: skip


def raw_header(mail: Message, name: str) -> bytes:
    """The first header of a name as it came, unfolded."""
    value = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    return re.sub(rb"\r?\n(?=[ \t])", b"", str(value).encode("utf-8", "surrogateescape"))


def header(mail: Message, name: str) -> str:
    return words_of_header(raw_header(mail, name))


def words_of_header(raw: bytes) -> str:
    """Encoded words (RFC 2047) and bare bytes of a header; neighbours of one charset are joined as bytes before they are decoded."""
    text = raw.decode("latin-1")
    pieces: list[tuple[str, bytes]] = []
    at, open_word = 0, False
    for found in ENCODED.finditer(text):
        between = text[at : found.start()]
        charset, data = found[1].lower(), bytes_of_word(found[2], found[3])
        if open_word and not between.strip():
            between = ""
        pieces += [("", between.encode("latin-1"))] if between else []
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + data)
        else:
            pieces.append((charset, data))
        at, open_word = found.end(), True
    pieces.append(("", text[at:].encode("latin-1")))
    return "".join(decode(data, charset) for charset, data in pieces)


def bytes_of_word(kind: str, text: str) -> bytes:
    if kind in "bB":
        return from_base64(text.encode("latin-1"))
    return binascii.a2b_qp(text.replace(" ", "_").encode("latin-1"), header=True)


def from_base64(raw: bytes) -> bytes:
    """Base64 (RFC 4648) with whatever padding; what follows its end, such as a list's footer, is left out."""
    lines, whole = [], re.compile(rb"[A-Za-z0-9+/]+={0,2}")
    for line in raw.split():
        if not whole.fullmatch(line):
            line = b"" if lines else re.sub(rb"[^A-Za-z0-9+/=]", b"", line)
            if not line:
                break
        lines.append(line.rstrip(b"="))
        if line.endswith(b"="):
            break
    data = b"".join(lines)
    data = data[:-1] if len(data) % 4 == 1 else data
    return base64.b64decode(data + b"=" * (-len(data) % 4))


def sender_of(mail: Message) -> tuple[str, str]:
    """Name and address of the sender; the address with its domain in lower case, empty where there is none."""
    raw = raw_header(mail, "From") or raw_header(mail, "Reply-To")
    shown = tidy(words_of_header(raw))
    found = re.findall(r"<([^<>]*)>", shown)
    address = ADDRESS.search(found[-1] if found else shown)
    name = re.sub(r"<[^<>]*>\s*$", "", shown) if found else re.sub(r".*\((.*)\)|.*", r"\1", shown.strip(), count=1)
    local, _at, domain = (address[0] if address else "").partition("@")
    return one_line(name).strip("\"' "), f"{local}@{domain.lower()}"[:254] if domain else ""


def recipients_of(mail: Message) -> list[str]:
    names = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
    values = [str(value) for key, value in mail.raw_items() if key.lower() in names]
    return list(dict.fromkeys(found.lower() for value in values for found in ADDRESS.findall(value)))[:MOST_IDS]


def ids_in(mail: Message, *names: str) -> list[str]:
    """The ids in these headers, the nearest of the thread first (References names the oldest first, RFC 5322, 3.6.4)."""
    found = []
    for name in names:
        ids = MESSAGE_ID.findall(raw_header(mail, name).decode("latin-1"))
        found += reversed(ids) if name == "References" else ids
    return list(dict.fromkeys(one_line(each) for each in found))[:MOST_IDS]


def date_of(mail: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(header(mail, "Date"))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def automatic_kind(mail: Message, address: str, subject: str) -> str:
    """``loop``, ``bounce``, ``list``, ``auto-reply`` or empty. Outlook puts X-Auto-Response-Suppress on people's mail: it says nothing."""
    if mail["X-TCG-Loop"]:
        return "loop"
    if mail.get_content_type() == "multipart/report" or ROBOTS.match(address) or header(mail, "Return-Path").strip() == "<>":
        return "bounce"
    submitted, precedence = header(mail, "Auto-Submitted").strip().lower(), header(mail, "Precedence").strip()
    if mail["List-Id"] or (mail["List-Unsubscribe"] and precedence.lower() in ("list", "bulk")):
        return "list"
    marked = submitted not in ("", "no") or QUIET_PRECEDENCE.match(precedence) or mail["X-Autoreply"] or mail["X-Autorespond"]
    return "auto-reply" if marked or AUTOMATIC_SUBJECT.match(subject) else ""


class Body:
    """The words and the files of a mail, gathered part by part."""

    def __init__(self):
        self.plain, self.html, self.files, self.count = [], [], Files(), 0

    @property
    def is_html_only(self) -> bool:
        return bool(self.html) and not any(text.strip() for text in self.plain)

    def words(self) -> str:
        chosen = self.html if self.is_html_only else self.plain
        return "\n\n".join(text.strip() for text in chosen if text.strip())

    def read(self, part: Message, depth: int = 0) -> None:
        self.count += 1
        if self.count > MOST_PARTS or depth > DEEPEST:
            return
        kind = part.get_content_type()
        if part.is_multipart():
            for each in part.get_payload():
                self.plain += ["-----"] if kind == "message/rfc822" and depth else []
                self.read(each, depth + 1)
        elif kind in ("text/plain", "text/html") and not is_file(part):
            text = tidy(flowed(part, decode(content_of(part), charset_of(part))))
            (self.html if kind == "text/html" else self.plain).append(text_of_html(text) if kind == "text/html" else text)
        elif not kind.endswith(("-signature", "delivery-status", "rfc822-headers")):
            self.files.take(name_of(part), kind, content_of(part))


def is_file(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment") or bool(name_of(part))


def charset_of(part: Message) -> str:
    found = part.get_param("charset", "")
    return found[2] if isinstance(found, tuple) else str(found)


def content_of(part: Message) -> bytes:
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        return from_base64(str(part.get_payload()).encode("utf-8", "surrogateescape"))
    return part.get_payload(decode=True) or b""


def name_of(part: Message) -> str:
    """The name of a file: RFC 2231, encoded words, or bare bytes, as programs write it."""
    for name, where in (("filename", "content-disposition"), ("name", "content-type")):
        found = part.get_param(name, None, where)
        if isinstance(found, tuple):
            return one_line(decode(found[2].encode("latin-1", "replace"), found[0] or ""))
        if found:
            return one_line(words_of_header(found.encode("utf-8", "surrogateescape")))
    return ""


def flowed(part: Message, text: str) -> str:
    """The text with soft line breaks taken out (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    gone = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    return re.sub(r"(?m)^(?!-- $)((?:(?!>).)*?) \r?\n(?!>)", lambda found: found[1] + gone, text)


def without_quotes(text: str) -> str:
    """The new words of a reply, without what it answers to; the whole text when nothing else would be left."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        after = [each for each in lines[place + 1 :] if each.strip()]
        if ATTRIBUTION.match(line) and after and (after[0].lstrip().startswith(">") or not line.rstrip().endswith((":", "："))):
            lines = lines[:place]
            break
    kept = "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()
    return kept or text.strip()
