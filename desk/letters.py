"""Reading a mail that came in: who, what about, which words, which files, and whether a person wrote it. Never raises."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desk.charsets import decode, one_line, tidy
from desk.markup import text_of_html
from desk.mime import DEEPEST, FORWARDED, MOST_PARTS, Part, parse, words
from desk.reading import Attachment, Dropped, Files

MOST_CHARACTERS = 200_000
"""Of the text; the rest is cut."""

MOST_IDS, MOST_ADDRESSES = 50, 1_000
DIVIDER = "-----"
"""Above the words of a mail that was sent along."""

MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
ADDRESS = re.compile(r"(\"[^\"\s]{1,64}\"|[^\s<>@\"(),:;\\]++)@([^\s<>@\"(),:;\\]+)")
DOT_ATOM = re.compile(r"[^.\s]+(\.[^.\s]+)*")
TOKEN = re.compile(
    r"(?P<address>\"[^\"\s]{1,64}\"@[^\s<>@\"(),:;\\]+)|\"(?P<quoted>(?:[^\"\\]|\\.)*+)\"?|\((?P<aside>(?:[^()\\]|\\.)*+)\)?"
    r"|<(?P<angle>[^<>]*+)>?|(?P<end>[,;])|(?P<bare>[^\"(<,;]++)",
    re.DOTALL,
)
QUIET_PRECEDENCE = re.compile(r"bulk|junk|auto.?reply", re.IGNORECASE)
ABSENT = r"automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|自動応答|自動返信|不在通知|不在のお知らせ|不在応答"
AUTOMATIC_SUBJECT = re.compile(
    rf"\s*(({ABSENT})\s*[:：]|[\[【［(（]({ABSENT})[\]】］)）]|out of (the )?office\s*((until|till|from)\b|[-–—]|\Z))", re.IGNORECASE
)
MARKED_SUBJECT = re.compile(rf"\s*[\[【［(（]?({ABSENT}|不在|abwesen|absen)", re.IGNORECASE)
ROBOTS = re.compile(r"(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)

HEAD = r"(from|sent|date|to|cc|subject|差出人|送信者|送信日時|日付|日時|宛先|件名|发件人|发送时间|收件人|主题|寄件者|收件者|主旨|보낸 사람|받는 사람|제목)"
HEAD_LINE = re.compile(rf"\s*\*?{HEAD}\s*\*?\s*[:：]\*?\s*\S", re.IGNORECASE)
RULE = re.compile(r"\s*[-_]{20,}+\s*")
ORIGINAL = re.compile(
    r"\s*-{2,}+\s*(original message|original appointment|(元|オリジナル)の?\s?メッセージ|元のメール|原始邮件|邮件原件|原始郵件|原始訊息|원본 메(시|세)지)\s*-{2,}+\s*",
    re.IGNORECASE,
)
WROTE = re.compile(
    r"(wrote|writes|đã viết|menulis|のメール|書きました|写道|寫道|작성|schrieb|<?[^\s<>]+@[^\s<>]+>?)\s*[:：]\s*$", re.IGNORECASE
)
DATED = re.compile(r"\d{4}|\d{1,2}[:：時点]\d{2}")


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
    mail = parse(raw.lstrip(b"\r\n"))
    (name, address), subject = sender_of(mail), one_line(words(mail.header("subject")))
    body = Body()
    blocks = [block for block in body.blocks(mail) if block[0].strip()]
    text = "\n\n".join(block[0].strip() for block in blocks)
    return Letter(
        message_id=(ids_in(mail, "message-id") or [""])[0], answers_to=ids_in(mail, "in-reply-to", "references"), from_name=name,
        from_address=address, recipients=recipients_of(mail), subject=subject, text=text[:MOST_CHARACTERS],
        is_cut=len(text) > MOST_CHARACTERS, is_html_only=bool(blocks) and all(block[1] for block in blocks),
        attachments=body.files.kept, dropped=body.files.dropped, automatic=automatic_kind(mail, address, subject), date=date_of(mail),
    )  # fmt: skip


def sender_of(mail: Part) -> tuple[str, str]:
    """Name and address of the sender; the address with its domain in lower case, empty where there is none."""
    for name in ("from", "reply-to", "sender"):
        line = mail.header(name)
        found = mailboxes(line) or mailboxes(one_line(words(line)))
        if found:
            return found[0]
    return one_line(words(mail.header("from"))).strip("\"'<> "), ""


def recipients_of(mail: Part) -> list[str]:
    names = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
    lines = [Part([("to", value)], b"").header("to") for key, value in mail.headers if key in names][:200]
    return list(dict.fromkeys(address.lower() for line in lines for _name, address in mailboxes(line)))[:MOST_ADDRESSES]


def mailboxes(line: str) -> list[tuple[str, str]]:
    """Names and addresses of a header (RFC 5322, 3.4); a comma within a name that was not quoted stays in it."""
    found, names, asides, address = [], [], [], ""
    for token in TOKEN.finditer(line + ","):
        kind, text = token.lastgroup, token[token.lastgroup]
        if kind == "end" and address:
            found.append((named("".join(names)) or named(" ".join(asides)), address))
            names, asides, address = [], [], ""
        elif kind == "end":
            names.append(text if "".join(names).strip() else "")
        elif kind == "aside":
            asides.append(text)
        elif kind in ("angle", "address", "bare") and not address and (seen := ADDRESS.search(text)):
            address = written(seen)
            names.append(text[: seen.start()] if kind == "bare" else "")
        else:
            names.append(re.sub(r"\\(.)", r"\1", text) if kind == "quoted" else text if kind == "bare" else "")
    return found


def named(text: str) -> str:
    return one_line(words(text)).strip("\"' ")


def written(found: re.Match) -> str:
    """An address as Django takes it: dots at odd places, as telephones in Japan had them, only stand in quotes (RFC 5321, 4.1.2)."""
    local, domain = found[1], found[2].strip(".").lower()
    quoted = local if local.startswith('"') or DOT_ATOM.fullmatch(local) else f'"{local}"'
    return one_line(f"{quoted}@{domain}")[:254]


def ids_in(mail: Part, *names: str) -> list[str]:
    """The ids in these headers, the nearest of the thread first (References names the oldest first, RFC 5322, 3.6.4)."""
    found = []
    for name in names:
        ids = MESSAGE_ID.findall(mail.raw(name).decode("latin-1"))
        found += reversed(ids) if name == "references" else ids
    return list(dict.fromkeys(found))[:MOST_IDS]


def date_of(mail: Part) -> datetime | None:
    """When it was written; a date of which the world's time cannot be told is none."""
    text = re.sub(r"\bJST\s*$", "+0900", mail.header("date")[:200])
    try:
        found = parsedate_to_datetime(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found if 1970 <= found.astimezone(UTC).year < 9999 else None
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def automatic_kind(mail: Part, address: str, subject: str) -> str:
    """``loop``, ``bounce``, ``list``, ``auto-reply`` or empty (RFC 3834). Outlook puts X-Auto-Response-Suppress on people's mail:
    it says something only beside a subject that does. Words of a subject alone do so only with a colon or in brackets.
    """
    if mail.raw("x-tcg-loop"):
        return "loop"
    precedence = mail.raw("precedence").decode("latin-1").strip().lower()
    if is_report(mail) or ROBOTS.match(address):
        return "bounce"
    if mail.raw("list-id") or (mail.raw("list-unsubscribe") and precedence in ("list", "bulk")):
        return "list"
    marked = is_marked(mail) or QUIET_PRECEDENCE.match(precedence) or mail.kind == "multipart/report"
    if marked or AUTOMATIC_SUBJECT.match(subject) or (mail.raw("x-auto-response-suppress") and MARKED_SUBJECT.match(subject)):
        return "auto-reply"
    return "bounce" if any(key == "return-path" and value.strip() == b"<>" for key, value in mail.headers) else ""


def is_report(mail: Part) -> bool:
    """A report on delivery (RFC 3462, RFC 3464); one that a mail was read is of the same type, but no bounce (RFC 8098)."""
    return mail.kind == "multipart/report" and mail.parameter("content-type", "report-type").lower() in ("", "delivery-status")


def is_marked(mail: Part) -> bool:
    submitted = re.match(r"[\w-]*", mail.header("auto-submitted").strip().lower())[0]
    signs = [mail.raw(name).strip().lower() for name in ("x-autoreply", "x-autorespond", "x-autoreply-from")]
    return submitted not in ("", "no") or any(sign not in (b"", b"no", b"false") for sign in signs)


class Body:
    """The words and the files of a mail, gathered part by part."""

    def __init__(self):
        self.files, self.count = Files(), 0

    def blocks(self, part: Part, depth: int = 0) -> list[tuple[str, bool]]:
        """Pieces of text, each with whether it was HTML; of alternatives the first plain one that is not empty (RFC 2046, 5.1.4)."""
        self.count += 1
        if self.count > MOST_PARTS or depth > DEEPEST:
            return []
        if part.children:
            inner = [self.blocks(each, depth + 1) for each in part.children]
            chosen = [best_of(inner)] if part.kind == "multipart/alternative" else inner
            found = [block for each in chosen for block in each]
            return [(DIVIDER, found[0][1]), *found] if found and depth and part.kind in FORWARDED else found
        if is_words(part, depth):
            return [words_of(part)]
        if not part.kind.endswith(("-signature", "/delivery-status", "rfc822-headers", "/disposition-notification", "/global-headers")):
            self.files.take(name_of(part), part.kind, part.content)
        return []


def best_of(alternatives: list[list[tuple[str, bool]]]) -> list[tuple[str, bool]]:
    filled = [each for each in alternatives if any(text.strip() for text, _is_html in each)]
    return next((each for each in filled if not all(is_html for _text, is_html in each)), filled[0] if filled else [])


def is_words(part: Part, depth: int) -> bool:
    """Whether a part is for reading; parts that claim to hold others and do not are read too."""
    if part.kind.startswith("multipart/"):
        return True
    is_file = part.raw("content-disposition").strip().lower().startswith(b"attachment") or (depth and name_of(part))
    return part.kind in ("text/plain", "text/html") and not is_file


def words_of(part: Part) -> tuple[str, bool]:
    label = part.parameter("content-type", "charset")
    if part.kind == "text/html":
        meta = re.search(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w-]{1,40})", part.content[:4_000], re.IGNORECASE)
        return tidy(text_of_html(tidy(decode(part.content, label or (meta[1].decode() if meta else ""))))), True
    text = tidy(decode(part.content, label))
    if part.parameter("content-type", "format").lower() == "flowed":
        text = unflowed(text, gone=part.parameter("content-type", "delsp").lower() == "yes")
    return text, False


def name_of(part: Part) -> str:
    """The name of a file from where programs write it."""
    return one_line(part.parameter("content-disposition", "filename") or part.parameter("content-type", "name"))


def unflowed(text: str, gone: bool) -> str:
    """The text with soft line breaks taken out and stuffed blanks too (RFC 3676); ``gone``: their blanks as well (DelSp)."""
    lines, open_at = [], None
    for line in text.split("\n"):
        inner = line.lstrip(">")
        depth, inner = len(line) - len(inner), inner.removeprefix(" ")
        is_soft = inner.endswith(" ") and inner != "-- "
        if depth != open_at or inner == "-- ":
            lines.append([">" * depth + " " * bool(depth)])
        lines[-1].append(inner[:-1] if is_soft and gone else inner)
        open_at = depth if is_soft else None
    return "\n".join("".join(line) for line in lines)


def without_quotes(text: str) -> str:
    """The new words of a reply, without what it answers to; the whole text when nothing else would be left."""
    lines, kept, place = text.split("\n"), [], 0
    while place < len(lines) and not begins_original(lines, place):
        height = attribution_at(lines, place)
        place += height or 1
        if height and not is_quoted_after(lines, place):
            break
        if not height and not lines[place - 1].lstrip().startswith(">"):
            kept.append(lines[place - 1])
    return "\n".join(kept).strip() or text.strip()


def begins_original(lines: list[str], place: int) -> bool:
    """Whether here begins what mail programs put below an answer: their divider, or a block of headers."""
    if ORIGINAL.fullmatch(lines[place][:200]):
        return True
    start = place + 1 if RULE.fullmatch(lines[place][:200]) else place
    block = [line[:200] for line in lines[start : start + 4] if line.strip()]
    return len([line for line in block if HEAD_LINE.match(line)]) >= 3 and HEAD_LINE.match(block[0]) is not None


def attribution_at(lines: list[str], place: int) -> int:
    """How many lines here say when somebody wrote what follows; programs fold such lines."""
    for height in (1, 2, 3):
        line = " ".join(each.strip() for each in lines[place : place + height])
        if len(line) > 300 or not lines[place].strip() or lines[place].lstrip().startswith(">"):
            return 0
        if DATED.search(line) and WROTE.search(line) and (height == 1 or DATED.search(lines[place])):
            return height
    return 0


def is_quoted_after(lines: list[str], place: int) -> bool:
    return next((line.lstrip().startswith(">") for line in lines[place : place + 5] if line.strip()), False)
