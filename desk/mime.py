"""The parts of a mail (RFC 2045 to 2049), read leniently and in bounded time: headers, parameters, transfer encodings, nesting."""

import binascii
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from desk.charsets import decode, tidy

MOST_HEADERS, LONGEST_HEADER = 2_000, 65_536
MOST_PARTS, DEEPEST = 200, 20
LINE = re.compile(rb"([^\r\n]*+)(?:\r\n|\r|\n|\Z)")
FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
ENCODED = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*+)\?=")
PARAMETER = re.compile(r";\s*+([^\s=;\"]++)\s*+=\s*+(\"(?:[^\"\\]|\\.)*+\"?|[^;]*+)", re.DOTALL)
KIND = re.compile(r"[a-z0-9][\w.+-]*/[\w.+-]+")
BASE64 = re.compile(rb"[A-Za-z0-9+/]++={0,3}")
FORWARDED = ("message/rfc822", "message/global", "message/news")


@dataclass(frozen=True)
class Part:
    """A mail or a part of one: its headers as they came, unfolded, and the bytes of its body."""

    headers: list[tuple[str, bytes]]
    body: bytes
    usual: str = "text/plain"

    def raw(self, name: str) -> bytes:
        return next((value for key, value in self.headers if key == name), b"")

    def header(self, name: str) -> str:
        """The first header of a name with its bare bytes read and its encoded words left."""
        return bare(self.raw(name), self.hint)

    @cached_property
    def hint(self) -> str:
        """The charset of the words, which is that of headers without encoded words too."""
        found = re.search(rb"charset\s*=\s*\"?([\w.:-]{1,80})", self.raw("content-type"), re.IGNORECASE)
        return found[1].decode("ascii", "replace") if found else ""

    @cached_property
    def kind(self) -> str:
        """The type in lower case; what is no type is plain text (RFC 2045, 5.2)."""
        found = self.header("content-type").partition(";")[0].strip().lower()
        return found if KIND.fullmatch(found) else self.usual

    def parameter(self, header: str, name: str) -> str:
        """A parameter in one piece or several (RFC 2231), or with encoded words in it, as Japanese programs write names."""
        given = {key.lower(): unquoted(value) for key, value in PARAMETER.findall(self.header(header))[:200]}
        found = [re.fullmatch(rf"{name}(?:\*(\d{{1,3}}))?(\*?)", key) for key in given]
        pieces = sorted((int(each[1] or 0), each[2], given[each[0]]) for each in found if each and each[0] != name)
        if not pieces or not any(piece[2] for piece in pieces):
            return words(given.get(name, ""))
        charset, _language, rest = pieces[0][2].split("'", 2) if pieces[0][1] and pieces[0][2].count("'") > 1 else ("", "", pieces[0][2])
        pieces[0] = (0, pieces[0][1], rest)
        if not any(star for _place, star, _text in pieces):
            return words("".join(text for _place, _star, text in pieces))
        return decode(b"".join(unquote_to_bytes(text) if star else text.encode() for _place, star, text in pieces), charset)

    @cached_property
    def content(self) -> bytes:
        """The bytes without their transfer encoding, whose name may be written in any way."""
        how = self.raw("content-transfer-encoding").strip().lower()
        if how.startswith(b"base64"):
            return from_base64(self.body)
        return from_quoted(self.body) if how.startswith(b"quoted") else self.body

    @cached_property
    def children(self) -> list["Part"]:
        """The parts between the boundaries (RFC 2046, 5.1.1), or the mail in a forwarded one; none where there is nothing of it."""
        if self.kind in FORWARDED:
            return [parse(self.content.lstrip(b"\r\n"))]
        if not self.kind.startswith("multipart/"):
            return []
        usual = "message/rfc822" if self.kind == "multipart/digest" else "text/plain"
        return [parse(each, usual) for each in between(self.body, self.boundary)]

    @property
    def boundary(self) -> bytes:
        named = self.parameter("content-type", "boundary").encode()
        guess = re.search(rb"(?:\A|[\r\n])--([^\s]{1,200})[ \t]*[\r\n]+content-", self.body[:20_000], re.IGNORECASE)
        return named if named and b"--" + named in self.body else guess[1] if guess else b""


def parse(raw: bytes, usual: str = "text/plain") -> Part:
    """Headers and body; the first line that is neither a header nor empty already belongs to the body."""
    fields: list[tuple[str, list[bytes]]] = []
    at = 0
    for line in LINE.finditer(raw):
        text, at = line[1], line.end()
        field = FIELD.fullmatch(text)
        if not text:
            break
        if text[:1] in b" \t" and fields:
            fields[-1][1].append(text)
        elif field and len(fields) < MOST_HEADERS:
            fields.append((field[1].decode("ascii").lower(), [field[2]]))
        elif not (text.startswith((b"From ", b">From ")) and not fields):
            at = line.start()
            break
    return Part([(name, b"".join(lines)[:LONGEST_HEADER]) for name, lines in fields], raw[at:], usual)


def between(body: bytes, boundary: bytes) -> list[bytes]:
    """The bytes of each part; the last may lack its end."""
    if not boundary:
        return []
    marks = re.compile(rb"(?:\A|\r\n|\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*+(?=[\r\n]|\Z)(?:\r\n|\n|\r)?")
    starts, parts = [], []
    for mark in marks.finditer(body):
        parts += [body[starts[-1] : mark.start()]] if starts else []
        starts.append(mark.end())
        if mark[1] or len(starts) > MOST_PARTS:
            return parts
    return [*parts, body[starts[-1] :]] if starts else []


def bare(raw: bytes, hint: str = "") -> str:
    """A header with raw JIS and eight-bit bytes read as words."""
    return tidy(decode(raw, "", hint)).replace("\n", " ")


def unquoted(value: str) -> str:
    """Without its quotes; a backslash stays unless it hides a quote or itself, for programs write paths bare."""
    value = value.strip()
    return re.sub(r"\\([\"\\])", r"\1", value[1:].removesuffix('"')) if value.startswith('"') else value


def words(text: str) -> str:
    """Encoded words (RFC 2047) read; neighbours of one charset are joined as bytes first, for programs cut within characters."""
    pieces, run, at = [], [], 0
    for found in ENCODED.finditer(text):
        gap = text[at : found.start()]
        if gap.strip() or (not run and gap) or (run and run[-1][0] != found[1].lower()):
            pieces += [read_run(run), gap if gap.strip() or not run else ""]
            run = []
        run.append((found[1].lower(), found[2].lower(), found[3]))
        at = found.end()
    return "".join([*pieces, read_run(run), text[at:]])


def read_run(run: list[tuple[str, str, str]]) -> str:
    """Words of one charset; each by itself where they make more sense so, as JIS that was left open does."""
    if not run:
        return ""
    chunks = [(kind, text) for _charset, kind, text in run]
    for place in range(len(chunks) - 1, 0, -1):
        (first, text), (second, more) = chunks[place - 1], chunks[place]
        if first == second == "b" and len(text) % 4 and not text.endswith("="):
            chunks[place - 1 : place + 1] = [("b", text + more)]
    raw = [bytes_of_word(kind, text) for kind, text in chunks]
    joined, apart = decode(b"".join(raw), run[0][0]), "".join(decode(each, run[0][0]) for each in raw)
    return apart if apart.count("\ufffd") < joined.count("\ufffd") else joined


def bytes_of_word(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return unpadded(re.sub(rb"[^A-Za-z0-9+/]", b"", raw)) if kind == "b" else binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)


def from_quoted(raw: bytes) -> bytes:
    """Quoted-printable (RFC 2045, 6.7); soft breaks go first, for some stand within an escape."""
    return binascii.a2b_qp(re.sub(rb"=[ \t]*+(?:\r\n|\n|\r)", b"", raw))


def from_base64(raw: bytes) -> bytes:
    """Base64 (RFC 4648) with whatever padding, up to a footer that a list put behind it; what is none stays as it is."""
    kept = []
    for line in raw.splitlines():
        piece = line.strip()
        if piece and not BASE64.fullmatch(piece):
            if not kept and re.search(rb"[^\x00-\x7f]|[A-Za-z,.] [A-Za-z]", piece):
                return raw
            if kept and (piece.startswith((b"--", b"__")) or b" " in piece):
                break
            piece = re.sub(rb"[^A-Za-z0-9+/=]", b"", piece)
        elif kept and not piece:
            break
        kept += [piece] if piece else []
        if piece.endswith(b"="):
            break
    return unpadded(re.sub(rb"=", b"", b"".join(kept)))


def unpadded(data: bytes) -> bytes:
    data = data[:-1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
