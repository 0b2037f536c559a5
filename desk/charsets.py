"""Bytes of mail to words. What labels say and what mail programs send differ; Japanese programs most of all.

Everything Japanese is brought to CP932 (Windows-31J, as the WHATWG Encoding Standard prescribes for these labels), so that NEC and
IBM characters such as ①㈱髙 come out right under whatever label. The wave dash is ～ (U+FF5E) and the minus － (U+FF0D), as there.
"""

import codecs
import re
import unicodedata

JIS_LABELS = re.compile(r"^(cs)?iso-?2022-?jp|^cp5022[0-9]|^jis")
SAME = {
    "cp932": "shift_jis shift-jis x-sjis sjis ms_kanji cp932 windows-31j ms932 csshiftjis x-ms-cp932 windows-932",
    "gb18030": "gb2312 gbk gb18030 cp936 x-gbk gb_2312-80 csgb2312 windows-936 euc-cn",
    "big5hkscs": "big5 big5-hkscs big5hkscs cn-big5 x-x-big5 csbig5",
    "cp949": "ks_c_5601-1987 ks_c_5601 euc-kr cp949 ksc5601 korean uhc windows-949 cseuckr",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 windows-1252 cp1252 x-ansi",
    "cp1258": "windows-1258 cp1258 x-viet-cp1258",
    "utf-8-sig": "utf-8 utf8 utf-8-sig unicode-1-1-utf-8 x-utf-8 utf8mb4",
}
CODECS = {label: codec for codec, labels in SAME.items() for label in labels.split()}
EUC_LABELS = frozenset("euc-jp x-euc-jp eucjp euc_jp eucjp-ms eucjp-win cp51932 cseucpkdfmtjapanese".split())  # noqa: SIM905
ESCAPE = re.compile(rb"\x1b(\$\([@BDOPQ]|\$[@AB]|\([BJIH]|&@|\$\)C)")
ROMAN, KATAKANA, KANJI, SUPPLEMENT, NEW_KANJI = "roman", "katakana", "kanji", "supplement", "new kanji"
SETS = {
    b"(B": ROMAN, b"(J": ROMAN, b"(H": ROMAN, b"(I": KATAKANA, b"$@": KANJI, b"$B": KANJI, b"$(@": KANJI, b"$(B": KANJI,
    b"$(D": SUPPLEMENT, b"$(O": NEW_KANJI, b"$(P": NEW_KANJI, b"$(Q": NEW_KANJI,
}  # fmt: skip
"""Designations of ISO-2022-JP and its extensions (RFC 1468, RFC 2237, JIS X 0213, CP50221)."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def decode(raw: bytes, label: str = "") -> str:
    """The words in some bytes of a mail with the charset that its label names; never raises."""
    label = label.lower().strip(" \t\"'").partition("*")[0]
    if looks_like_jis(raw):
        return from_jis(raw)
    if label in EUC_LABELS:
        return from_euc(raw)
    codec = CODECS.get(label) or known_codec(label)
    if JIS_LABELS.match(label) or codec in (None, "ascii", "cp1252"):
        return sniffed(raw, "cp1252" if codec == "cp1252" else "cp932")
    return in_codec(raw, codec)


def known_codec(label: str) -> str | None:
    """The codec that Python knows a label by; none for what is not a charset, or that hides text (UTF-7)."""
    try:
        found = codecs.lookup(label) if label else None
    except (LookupError, ValueError):
        return None
    return found.name if found and getattr(found, "_is_text_encoding", True) and "7" not in found.name.partition("utf-")[2] else None


def in_codec(raw: bytes, codec: str) -> str:
    """As the label says; where that cannot be, as UTF-8 if it is that, else with marks for what is broken."""
    for attempt in dict.fromkeys((codec, "cp950" if codec == "big5hkscs" else codec, "utf-8")):
        try:
            return unicodedata.normalize("NFC", raw.decode(attempt)) if attempt == "cp1258" else raw.decode(attempt)
        except (UnicodeError, ValueError):
            continue
    return raw.decode(codec, "replace")


def sniffed(raw: bytes, otherwise: str) -> str:
    """Bytes whose label says nothing: UTF-8, then Japanese in EUC or Shift_JIS where it looks so, then Western."""
    for attempt in ("utf-8-sig", *(("euc_jp",) if looks_like_euc(raw) else ()), otherwise):
        try:
            text = raw.decode(attempt)
        except UnicodeError:
            continue
        return from_euc(raw) if attempt == "euc_jp" else text
    return raw.decode("cp1252", "replace") if otherwise == "cp1252" else raw.decode("utf-8", "replace")


def looks_like_jis(raw: bytes) -> bool:
    return b"\x1b" in raw and ESCAPE.search(raw) is not None and b"\x1b$)C" not in raw


def looks_like_euc(raw: bytes) -> bool:
    """Kana in EUC-JP (0xA4, 0xA5 before a byte of the upper half), and nothing that EUC-JP has not."""
    kana = len(re.findall(rb"[\xa4\xa5][\xa1-\xf6]", raw))
    return kana * 4 >= len(re.findall(rb"[\x80-\xff]{2}", raw)) > 0 and not re.search(rb"[\x80-\x8d\x90-\xa0\xff]", raw)


def from_jis(raw: bytes) -> str:
    """ISO-2022-JP with every extension seen in the wild, under whatever label."""
    pieces, at, current = [], 0, ROMAN
    for found in ESCAPE.finditer(raw):
        pieces.append(run_of(raw[at : found.start()], current))
        current, at = SETS.get(found[1], current), found.end()
    return "".join([*pieces, run_of(raw[at:], current)])


def run_of(raw: bytes, current: str) -> str:
    """A run of bytes in one designated set; a line break always ends it (RFC 1468)."""
    if current == ROMAN:
        return from_single(raw)
    line, rest = re.match(rb"([^\r\n]*)(.*)", raw, re.DOTALL).groups()
    if current == KATAKANA:
        words = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in line).decode("cp932", "replace")
    elif current == KANJI:
        words = "".join(kanji(line[i], line[i + 1]) for i in range(0, len(line) - 1, 2))
    else:
        begin, codec = (b"\x1b$(D", "iso2022_jp_1") if current == SUPPLEMENT else (b"\x1b$(Q", "iso2022_jp_2004")
        words = (begin + line + b"\x1b(B").decode(codec, "replace")
    return words + from_single(rest)


def from_single(raw: bytes) -> str:
    """ASCII between the escapes; eight-bit bytes there are what a program put in beside the standard."""
    if raw.isascii():
        return raw.replace(b"\x0e", b"").replace(b"\x0f", b"").decode("ascii")
    return sniffed(raw, "cp932")


def kanji(row: int, cell: int) -> str:
    """A pair of JIS bytes by way of CP932 (the arithmetic of Shift_JIS, JIS X 0208 annex 1)."""
    if not (0x21 <= row <= 0x97 and 0x21 <= cell <= 0x7E):
        return "\ufffd"
    first = ((row - 0x21) >> 1) + 0x81
    second = cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E
    return bytes([first + 0x40 if first > 0x9F else first, second]).decode("cp932", "replace")


def from_euc(raw: bytes) -> str:
    """EUC-JP with the NEC and IBM rows that CP51932 and eucJP-ms have."""

    def replaced(found: re.Match) -> str:
        pair = found[0]
        if len(pair) == 3:
            return pair.decode("euc_jp", "replace")
        return pair[1:].decode("cp932", "replace") if pair[0] == 0x8E else kanji(pair[0] & 0x7F, pair[1] & 0x7F)

    parts = re.split(rb"(\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2})", raw)
    return "".join(
        replaced(re.fullmatch(rb".*", part, re.DOTALL)) if place % 2 else part.decode("ascii", "replace")
        for place, part in enumerate(parts)
    )


def tidy(text: str) -> str:
    """Line breaks as one kind; no control characters but tab and line break; no lone surrogates."""
    return CONTROLS.sub("", BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    return " ".join(tidy(text).split())
