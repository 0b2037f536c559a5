"""Bytes of mail to words. What labels say and what mail programs send differ; Japanese programs most of all.

Everything Japanese is brought to CP932 (Windows-31J, as the WHATWG Encoding Standard prescribes for these labels), so that NEC and
IBM characters such as ①㈱髙 come out right under whatever label. The wave dash is ～ (U+FF5E) and the minus － (U+FF0D), as there;
0x5C and 0x7E of JIS X 0201 Roman are read as in ASCII, because programs write addresses and paths with them.
"""

import codecs
import re
import unicodedata
from functools import cache

MOST_BYTES = 2_000_000
"""Of one run of text; what is kept of a mail is a tenth of it."""

JAPANESE, CHINESE_SIMPLIFIED, CHINESE_TRADITIONAL, KOREAN, EUC, TCVN = "cp932", "gb18030", "big5hkscs", "cp949", "euc", "tcvn"
SAME = {
    JAPANESE: "shift_jis shift-jis x-sjis sjis ms_kanji cp932 windows-31j ms932 csshiftjis x-ms-cp932 windows-932 cswindows31j",
    EUC: "euc-jp x-euc-jp eucjp euc_jp eucjp-ms eucjp-win cp51932 cseucpkdfmtjapanese x-euc",
    CHINESE_SIMPLIFIED: "gb2312 gbk gb18030 cp936 x-gbk gb_2312-80 gb_2312 csgb2312 windows-936 euc-cn ms936",
    CHINESE_TRADITIONAL: "big5 big5-hkscs big5hkscs cn-big5 x-x-big5 csbig5 cp950 windows-950 big-5",
    KOREAN: "ks_c_5601-1987 ks_c_5601 euc-kr cp949 ksc5601 korean uhc windows-949 cseuckr ms949 ks_c_5601-1989 x-windows-949",
    TCVN: "tcvn tcvn-5712 tcvn5712-1 tcvn5712-1:1993 x-viet-tcvn5712 x-viet-tcvn",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 windows-1252 cp1252 x-ansi ansi_x3.110-1983 iso-8859-1:1987 l1",
    "cp1254": "iso-8859-9 latin5",
    "cp874": "tis-620 iso-8859-11 windows-874 tis620",
    "cp1258": "windows-1258 cp1258 x-viet-cp1258",
    "utf-8-sig": "utf-8 utf8 utf-8-sig unicode-1-1-utf-8 x-utf-8 utf8mb4 utf_8 utf-8-mac cp65001",
    "hz": "hz-gb-2312 hz",
}
CODECS = {label: codec for codec, labels in SAME.items() for label in labels.split()}
OTHERS = re.compile(r"iso-?8859-\d{1,2}|windows-125\d|cp(125|8[56])\d|koi8-[rut]|utf-?(16|32)(le|be)?|iso-2022-kr|johab|mac(intosh|roman)")
"""Further labels that are charsets (IANA); other names of Python's list are not asked for: some hide text, some run without end."""

JIS_LABELS = re.compile(r"\"?((cs)?iso-?2022-?jp|cp5022\d|jis)", re.IGNORECASE)
ESCAPE = re.compile(rb"\x1b(\$\([@ABCDOPQ]|\$[@AB]|\([BJIH]|&@)|([\x0e\x0f])")
ROMAN, KATAKANA, KANJI = "roman", "katakana", "kanji"
OTHER_SETS = {b"$(D": "iso2022_jp_1", b"$(O": "iso2022_jp_3", b"$(P": "iso2022_jp_2004", b"$(Q": "iso2022_jp_2004"}
UPPER_SETS = {b"$A": CHINESE_SIMPLIFIED, b"$(A": CHINESE_SIMPLIFIED, b"$(C": KOREAN}
SETS = {b"(B": ROMAN, b"(J": ROMAN, b"(H": ROMAN, b"(I": KATAKANA, b"$@": KANJI, b"$B": KANJI, b"$(@": KANJI, b"$(B": KANJI}
"""Designations of ISO-2022-JP and its extensions (RFC 1468, RFC 1554, RFC 2237, JIS X 0213, CP50221)."""

UPPER = bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in range(256))
AS_CP932 = str.maketrans("〜−∥—¢£¬", "～－∥―￠￡￢")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
PLAUSIBLE = re.compile(r"[\u3041-\u30fa]|[\u3005\u4e00-\u9fa0\uf929-\ufa2d]{2}|[\uff66-\uff9f]{3}")
VIETNAMESE = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
"""The upper half of TCVN 5712:1993, VN2."""


def decode(raw: bytes, label: str = "", hint: str = "") -> str:
    """The words in some bytes with the charset that a label names, or else perhaps a hint; never raises."""
    raw, codec = raw[:MOST_BYTES], codec_of(label)
    if looks_like_jis(raw) or (b"\x0e" in raw and JIS_LABELS.match(label.strip())):
        return from_jis(raw)
    if codec in (None, "cp1252"):
        return sniffed(raw, codec_of(hint), codec)
    return in_codec(raw, codec)


def codec_of(label: str) -> str | None:
    """The codec for a label (RFC 2231 allows a language behind it); none for ASCII, JIS, UTF-7 and what nobody knows."""
    label = label[:80].lower().strip(" \t\"'").partition("*")[0]
    if label in CODECS or not OTHERS.fullmatch(label):
        return CODECS.get(label)
    try:
        return codecs.lookup(label).name
    except LookupError:
        return None


def strictly(raw: bytes, codec: str) -> str | None:
    """The words if all bytes are of the codec."""
    if codec == EUC:
        return from_euc(raw) if is_euc(raw) else None
    if codec == TCVN:
        return unicodedata.normalize("NFC", "".join(VIETNAMESE[byte - 0x80] if byte > 0x7F else chr(byte) for byte in raw))
    try:
        text = raw.decode(codec)
    except UnicodeError:
        return None
    return unicodedata.normalize("NFC", text) if codec == "cp1258" else text


def in_codec(raw: bytes, codec: str) -> str:
    """As the label says; where that cannot be, as something else that fits, else with marks for what is broken."""
    if (codec in (JAPANESE, EUC) and (seen := as_other_japanese(raw, codec))) or (seen := strictly(raw, codec)) is not None:
        return seen
    broken = from_euc(raw) if codec == EUC else raw.decode(codec, "replace")
    if broken.count("\ufffd") * 10 <= sum(not character.isascii() for character in broken) + 10 and codec != CHINESE_TRADITIONAL:
        return broken
    others = ("cp950",) if codec == CHINESE_TRADITIONAL else ("utf-8-sig", JAPANESE, "cp1252")
    return next((text for other in others if (text := strictly(raw, other)) is not None and is_likely(text, other)), broken)


def as_other_japanese(raw: bytes, codec: str) -> str | None:
    """Words whose label names one way of writing Japanese and whose bytes are of another."""
    text = None if raw.isascii() else strictly(raw, "utf-8-sig")
    if text is None and codec == JAPANESE and looks_like_euc(raw) and not is_likely(raw.decode(JAPANESE, "replace"), JAPANESE):
        text = from_euc(raw)
    if text is None and codec == EUC and not is_euc(raw):
        text = strictly(raw, JAPANESE)
    return text if text and PLAUSIBLE.search(text) else None


def is_likely(text: str, codec: str) -> bool:
    """Whether words read as Japanese are: kana or words of kanji, few half-width katakana, nothing of private use."""
    if codec != JAPANESE:
        return True
    half, whole = len(re.findall("[\uff61-\uff9f]", text)), len(re.findall("[\u3041-\u30fa\u4e00-\u9fa0\uf929-\ufa2d]", text))
    return bool(PLAUSIBLE.search(text)) and (half <= whole or not whole) and not re.search("[\ue000-\uf8ff\ufffd]", text)


def sniffed(raw: bytes, hint: str | None, label: str | None) -> str:
    """Bytes whose label says nothing: UTF-8, then what the hint says, then Japanese where it looks so, then Western."""
    if (text := strictly(raw, "utf-8-sig")) is not None:
        return text
    if hint and not hint.startswith(("utf", "iso2022")) and (text := strictly(raw, hint)) is not None:
        return text
    if looks_like_euc(raw):
        return from_euc(raw)
    text = strictly(raw, JAPANESE) if label is None else None
    if text is not None and is_likely(text, JAPANESE):
        return text
    broken = raw.decode("utf-8", "replace")
    if broken.count("\ufffd") * 5 <= sum(not character.isascii() for character in broken):
        return broken
    cut = raw.decode(JAPANESE, "ignore") if label is None else ""
    return cut if PLAUSIBLE.search(cut) and is_likely(cut, JAPANESE) else raw.decode("cp1252", "replace")


def looks_like_jis(raw: bytes) -> bool:
    return b"\x1b" in raw and re.search(rb"\x1b(\$|\([BJIH])", raw) is not None and b"\x1b$)C" not in raw


def is_euc(raw: bytes) -> bool:
    return re.fullmatch(rb"(?:[\x00-\x7f]++|\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2})*+", raw) is not None


def looks_like_euc(raw: bytes) -> bool:
    """Kana in EUC-JP (0xA4, 0xA5 before a byte of the upper half) in at least every fourth pair, and nothing that EUC-JP has not."""
    pairs = re.findall(rb"[\xa1-\xfe]{2}", raw) if is_euc(raw) else []
    return 0 < len(pairs) <= 4 * sum(pair[0] in b"\xa4\xa5" and pair[1] <= 0xF6 for pair in pairs)


def from_jis(raw: bytes) -> str:
    """ISO-2022-JP with every extension seen in the wild, under whatever label."""
    pieces, at, current, before = [], 0, b"(B", b"(B"
    for found in ESCAPE.finditer(raw):
        pieces.append(run_of(raw[at : found.start()], current))
        before = before if found[1] is None else found[1] if found[1] != b"&@" else before
        current, at = b"(I" if found[2] == b"\x0e" else before, found.end()
    return "".join([*pieces, run_of(raw[at:], current)])


def run_of(raw: bytes, current: bytes) -> str:
    """A run of bytes in one designated set; a line break always ends it (RFC 1468)."""
    kind = SETS.get(current)
    if kind == ROMAN:
        return from_single(raw)
    line, rest = re.fullmatch(rb"([^\r\n]*+)(.*)", raw, re.DOTALL).groups()
    if kind == KATAKANA:
        words = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in line).decode(JAPANESE, "replace")
    elif kind == KANJI:
        words = "".join(kanji(pair) for pair in re.findall(rb"[\x21-\xff].|[\x21-\xff]|[\x00-\x20]", line, re.DOTALL))
    elif current in UPPER_SETS:
        words = line.translate(UPPER).decode(UPPER_SETS[current], "replace")
    else:
        words = (b"\x1b" + current + line + b"\x1b(B").decode(OTHER_SETS[current], "replace").translate(AS_CP932)
    return words + (from_single(rest) if rest else "")


def from_single(raw: bytes) -> str:
    """ASCII between the escapes; eight-bit bytes there are what a program put in beside the standard."""
    return raw.decode("ascii") if raw.isascii() else sniffed(raw, JAPANESE, None)


@cache
def kanji(pair: bytes) -> str:
    """A pair of JIS bytes by way of CP932 (the arithmetic of Shift_JIS, JIS X 0208 annex 1); blanks stand alone."""
    if pair.isspace():
        return pair.decode("ascii")
    row, cell = pair[0] & 0x7F, pair[-1] & 0x7F
    if len(pair) < 2 or not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return "\ufffd"
    first = ((row - 0x21) >> 1) + 0x81
    second = cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E
    return bytes([first + 0x40 if first > 0x9F else first, second]).decode(JAPANESE, "replace")


@cache
def beyond_jis() -> dict[bytes, str]:
    """The IBM characters that JIS X 0212 lacks, where eucJP-ms has them: from row 83, cell 83, in IBM's order."""
    ours = bytes(range(0x40, 0x7F)) + bytes(range(0x80, 0xFD))
    listed = "".join(bytes([first, second]).decode(JAPANESE, "ignore") for first in (0xFA, 0xFB, 0xFC) for second in ours)
    lacking = [each for each in listed if each == "№" or (each not in "￢￤" and not each.encode("euc_jp", "ignore"))]
    return {bytes([0x8F, 0xF3 + (82 + i) // 94, 0xA1 + (82 + i) % 94]): each for i, each in enumerate(lacking)}


def from_euc(raw: bytes) -> str:
    """EUC-JP with the NEC and IBM rows that CP51932 and eucJP-ms have."""
    parts = re.split(rb"(\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2})", raw)
    return "".join(euc_character(part) if place % 2 else part.decode("ascii", "replace") for place, part in enumerate(parts))


def euc_character(pair: bytes) -> str:
    if len(pair) == 3:
        return beyond_jis().get(pair) or pair.decode("euc_jp", "replace").translate(AS_CP932)
    return pair[1:].decode(JAPANESE, "replace") if pair[0] == 0x8E else kanji(pair)


def tidy(text: str) -> str:
    """Line breaks as one kind; no control characters but tab and line break; no lone surrogates."""
    return CONTROLS.sub("", BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """Words without line breaks and blanks side by side; the wide blank of Japanese names stays."""
    return re.sub(r"[ \t\n\u00a0]+", " ", tidy(text)).strip()
