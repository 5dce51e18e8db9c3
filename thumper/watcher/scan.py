"""Scanning a source, whole or folder by folder, for files that have changed.

They are compared while walking, so that each of a hundred thousand known files costs
one `stat` and one look into a dictionary, and no memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from thumper.domain.file import Found
from thumper.ingest.walk import Entry, Folder, Link, Unchanged, Unreadable, walk
from thumper.watcher.known import SettledFiles


@dataclass(slots=True)
class Scan:
    """The result of a scan: files that are new or changed, the number of all files, folders, and what was left out."""

    changes: list[Found] = field(default_factory=list)
    files: int = 0
    folders: set[bytes] = field(default_factory=set)
    unreadable: list[Unreadable] = field(default_factory=list)


class Memory(Protocol):
    """What a scan compares the files with."""

    @property
    def known(self) -> SettledFiles:
        """Files that have settled."""
        ...

    def is_change(self, file: Found) -> bool:
        """Return whether a file that is not settled as it is now is to be reported."""
        ...


def _silently() -> None:
    """Do nothing."""


def scan_all(root: bytes, *, memory: Memory, progress: Callable[[], None] = _silently) -> Scan:
    """Scan a whole source; `progress` is called for every entry, and for every thousand unchanged files."""
    scan = Scan()
    for entry in walk(root, known=memory.known.folder):
        progress()
        _take(scan, entry, memory)
    return scan


def scan_folders(
    root: bytes,
    folders: Iterable[bytes],
    *,
    memory: Memory,
    known_folders: Collection[bytes],
    progress: Callable[[], None] = _silently,
) -> Scan:
    """Scan some folders, and everything below those of their subfolders that are not known yet."""
    scan = Scan()
    for folder in folders:
        found = Scan()
        for entry in walk(root, folder, deep=False, known=memory.known.folder):
            progress()
            _take(found, entry, memory)
        for new in found.folders - set(known_folders) - scan.folders:
            for entry in walk(root, new, known=memory.known.folder):
                progress()
                _take(found, entry, memory)
        _merge(scan, found)
    scan.changes = list({file.path: file for file in scan.changes}.values())
    return scan


def _take(scan: Scan, entry: Entry, memory: Memory) -> None:
    match entry:
        case Unchanged(files=files):
            scan.files += files
        case Found():
            scan.files += 1
            if memory.is_change(entry):
                scan.changes.append(entry)
        case Folder(path=path):
            scan.folders.add(path)
        case Unreadable():
            # A link has a row as files have: a folder of links is not empty.
            scan.files += isinstance(entry, Link)
            scan.unreadable.append(entry)


def _merge(scan: Scan, other: Scan) -> None:
    scan.changes += other.changes
    scan.files += other.files
    scan.folders |= other.folders
    scan.unreadable += other.unreadable


def root_identity(root: bytes) -> tuple[int, int] | None:
    """Return device and inode of a source's root; None if it is no folder that can be listed."""
    path = Path(os.fsdecode(root))
    try:
        with os.scandir(path):
            found = path.stat()
    except OSError:
        return None
    # PostgreSQL's integers are signed; some network file systems use all 64 bits for their inodes.
    return found.st_dev, found.st_ino - 2**64 if found.st_ino >= 2**63 else found.st_ino
