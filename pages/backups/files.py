"""The files of the site, public and private, wherever they are stored: a folder or a bucket."""

import hashlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from django.core.files import File
from django.core.files.storage import storages

STORES = {"media": "default", "private": "private"}
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of one file that are held in memory."""


def store(folder: str):
    """The storage behind a folder of the archive; one in a bucket lets big files go to the disk on their way."""
    found = storages[STORES[folder]]
    if hasattr(found, "max_memory_size"):
        found.max_memory_size = IN_MEMORY
    return found


def names_in(storage, folder: str = "") -> Iterator[str]:
    """Every file of a storage."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(names) if name)
    for each in sorted(folders):
        yield from names_in(storage, prefix + each)


def all_names() -> Iterator[str]:
    """``media/…`` and ``private/…``, as they stand in the archive."""
    for folder in STORES:
        yield from (f"{folder}/{name}" for name in names_in(store(folder)))


def opened(name: str) -> tuple[File, int]:
    """A file and its size. Raises FileNotFoundError when it has gone meanwhile."""
    folder, _slash, inner = name.partition("/")
    return store(folder).open(inner), store(folder).size(inner)


def is_there(name: str) -> bool:
    folder, _slash, inner = name.partition("/")
    return store(folder).exists(inner)


def saved(name: str, source) -> None:
    """Store a file under exactly this name, which must be free."""
    folder, _slash, inner = name.partition("/")
    with SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        while chunk := source.read(1 << 20):
            copy.write(chunk)
        copy.seek(0)
        store(folder).save(inner, File(copy, inner))


def removed(name: str) -> None:
    folder, _slash, inner = name.partition("/")
    store(folder).delete(inner)


class Hashed:
    """A file that is being read, and the SHA-256 of what was read."""

    def __init__(self, source):
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.source.read(size)
        self.digest.update(chunk)
        return chunk


def digest_of(source) -> str:
    hashed = Hashed(source)
    while hashed.read(1 << 20):
        pass
    return hashed.digest.hexdigest()
