"""Re-reading one original from the disk: whether its bytes are still those that were taken in, and where they lie."""

from __future__ import annotations

import contextlib
import hashlib
import os
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from thumper.domain.reason import Reason
from thumper.imaging.original import open_original
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.disk import library
from thumper.store.files.wipe_rows import DumpOriginal

_PART_BYTES: Final = 1024 * 1024


class Compared(Enum):
    """How an original's bytes compare with those that were taken in."""

    SAME = "same"
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


class Look(NamedTuple):
    """The result of re-reading one original."""

    compared: Compared
    size_bytes: int = 0
    devices: frozenset[int] = frozenset()


def reread_original(original: DumpOriginal) -> Look:
    """Read an original from the disk, compare its hash, and return the result."""
    try:
        with open_original(original.path) as fd:
            devices = frozenset({os.fstat(fd).st_dev, _folder_device(original.path)})
            sha256, size_bytes = hash_from_disk(fd)
    except DecodeRefusal as refusal:
        return Look(Compared.MISSING if refusal.reason is Reason.VANISHED else Compared.UNREADABLE)
    except OSError:
        return Look(Compared.UNREADABLE)
    same = sha256 == original.sha256
    return Look(Compared.SAME if same else Compared.CHANGED, size_bytes, devices)


def _folder_device(path: bytes) -> int:
    """Return the device of the folder that holds a file: in containers it can differ from the file's own."""
    return Path(os.path.realpath(os.fsdecode(path))).parent.stat().st_dev


def hash_from_disk(fd: int) -> tuple[bytes, int]:
    """Return hash and size of a file as it is on the disk; leave nothing of it in the system's cache."""
    # What was copied just now is written out first: until then a power cut would lose it.
    with contextlib.suppress(OSError):  # some file systems refuse it to a reader
        os.fsync(fd)
    library.forget_pages(fd)
    digest, part, size_bytes = hashlib.sha256(), bytearray(_PART_BYTES), 0
    while read := os.readv(fd, [part]):
        digest.update(memoryview(part)[:read])
        size_bytes += read
    library.forget_pages(fd)
    return digest.digest(), size_bytes
