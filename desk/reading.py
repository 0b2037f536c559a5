"""Files that come with a mail: which are taken, and why others are not."""

import io
import struct
import zipfile
from dataclasses import dataclass, field

MOST_BYTES, MOST_TOGETHER, MOST_FILES = 5 * 1024 * 1024, 10 * 1024 * 1024, 10
"""Of one file, of all files of a mail, and how many."""

LONGEST_NAME = 120
ZIPPED = b"PK\x03\x04"
KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "webp": ("image/webp", b"RIFF"),
    "txt": ("text/plain", b""),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIPPED),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIPPED),
}
"""What is taken, by its ending: the type it is kept with and the bytes it begins with."""


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Dropped:
    """A file that was not taken; ``reason``: too large, too many, type or unreadable."""

    name: str
    reason: str


@dataclass
class Files:
    kept: list[Attachment] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def take(self, name: str, kind: str, content: bytes) -> None:
        name = safe_name(name, kind)
        reason = self.reason_against(name, content)
        if reason:
            self.dropped.append(Dropped(name, reason))
        else:
            self.kept.append(Attachment(name, KINDS[ending_of(name)][0], content))

    def reason_against(self, name: str, content: bytes) -> str:
        if not content:
            return "unreadable"
        if len(self.kept) >= MOST_FILES:
            return "too many"
        if len(content) > MOST_BYTES or sum(len(each.content) for each in self.kept) + len(content) > MOST_TOGETHER:
            return "too large"
        return "" if is_what_it_says(name, content) else "type"


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def safe_name(name: str, kind: str) -> str:
    """A name without folders, at most 120 characters with its ending; one by its type for a file without."""
    bare = name.replace("\\", "/").rpartition("/")[2].strip(" .")
    if not bare:
        bare = "file." + next((ending for ending, (known, _begin) in KINDS.items() if known == kind), "bin")
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[-LONGEST_NAME:]


def is_what_it_says(name: str, content: bytes) -> bool:
    """Whether the kind is one that is taken and the bytes are of that kind."""
    ending = ending_of(name)
    if ending not in KINDS or not content.startswith(KINDS[ending][1]):
        return False
    if ending == "webp":
        return content[8:12] == b"WEBP"
    if ending == "txt":
        return b"\x00" not in content
    return KINDS[ending][1] != ZIPPED or is_office(content)


def is_office(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError, struct.error):
        return False
    return "[Content_Types].xml" in names and not any("vbaproject" in name.lower() for name in names)
