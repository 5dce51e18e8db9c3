"""Walks a source, whole or folder by folder, and keeps only what is news.

The comparison happens while walking, so that a hundred thousand known files cost
their `stat` and a look into a dictionary each, and no memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from thumper.ingest.walk import Folder, Found, Unreadable, walk


@dataclass(slots=True)
class Scan:
    """What a scan found: files that are news, how many there were in all, folders, what was left out."""

    news: list[Found] = field(default_factory=list)
    files: int = 0
    folders: set[bytes] = field(default_factory=set)
    unreadable: list[Unreadable] = field(default_factory=list)


def scan_all(root: bytes, *, is_news: Callable[[Found], bool]) -> Scan:
    """Walk a whole source."""
    scan = Scan()
    _take(scan, root, b"", deep=True, is_news=is_news)
    return scan


def scan_folders(
    root: bytes, folders: Iterable[bytes], *, is_news: Callable[[Found], bool], known: Collection[bytes]
) -> Scan:
    """Look into some folders, and below those of their subfolders that are not `known` yet."""
    scan = Scan()
    for folder in folders:
        found = Scan()
        _take(found, root, folder, deep=False, is_news=is_news)
        for new in found.folders - set(known) - scan.folders:
            _take(found, root, new, deep=True, is_news=is_news)
        _merge(scan, found)
    scan.news = list({file.path: file for file in scan.news}.values())
    return scan


def _take(scan: Scan, root: bytes, folder: bytes, *, deep: bool, is_news: Callable[[Found], bool]) -> None:
    for entry in walk(root, folder, deep=deep):
        if isinstance(entry, Found):
            scan.files += 1
            if is_news(entry):
                scan.news.append(entry)
        elif isinstance(entry, Folder):
            scan.folders.add(entry.path)
        else:
            scan.unreadable.append(entry)


def _merge(scan: Scan, other: Scan) -> None:
    scan.news += other.news
    scan.files += other.files
    scan.folders |= other.folders
    scan.unreadable += other.unreadable


def root_identity(root: bytes) -> tuple[int, int] | None:
    """Give device and inode of a source's root; None while it is no folder that can be listed."""
    path = Path(os.fsdecode(root))
    try:
        with os.scandir(path):
            found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_empty(root: bytes) -> bool:
    """Say whether nothing at all lies in a root, as on a mount point without its disk."""
    try:
        with os.scandir(root) as entries:
            return next(entries, None) is None
    except OSError:
        return True
