"""Walks a folder and says which files are in it, streaming, whatever their names.

Paths are bytes relative to the root. Links to folders are not followed, links that
lead out of the root are named and not read, and a folder that cannot be read is
named and costs no other.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from thumper.ingest.ignore import is_ignored_file, is_ignored_folder

_LAST_NS: Final = 2**63 - 1
"""The year 2262; a file system that counts further may hold stranger dates."""


class Found(NamedTuple):
    """A plain file as one look found it."""

    path: bytes
    size_bytes: int
    mtime_ns: int
    inode: int


class Folder(NamedTuple):
    """A folder; its content follows unless the walk stays in one folder."""

    path: bytes


class Unreadable(NamedTuple):
    """A folder or link that was left out, and why."""

    path: bytes
    why: str


Entry: TypeAlias = Found | Folder | Unreadable


def walk(root: bytes, folder: bytes = b"", *, deep: bool = True) -> Iterator[Entry]:
    """Give what lies in a folder of a root, and with `deep` in every folder below it."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        for entry in _list(root, here):
            yield entry
            if deep and isinstance(entry, Folder):
                waiting.append(entry.path)


def _list(root: bytes, folder: bytes) -> Iterator[Entry]:
    try:
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118  # Path has no bytes
            for entry in entries:
                path = folder + b"/" + entry.name if folder else entry.name
                found = _look(root, path, entry)
                if found is not None:
                    yield found
    except FileNotFoundError:
        return
    except OSError as error:
        yield Unreadable(folder, error.strerror or str(error))


def _look(root: bytes, path: bytes, entry: os.DirEntry[bytes]) -> Entry | None:
    if entry.is_dir(follow_symlinks=False):
        return None if is_ignored_folder(entry.name) else Folder(path)
    if is_ignored_file(entry.name):
        return None
    if entry.is_symlink() and not lies_within(os.path.join(root, path), root):  # noqa: PTH118  # Path has no bytes
        return Unreadable(path, "it is a link that leads out of the folder")
    try:
        return _found(path, entry.stat())
    except OSError:  # gone, or a link to nothing
        return None


def look_at(root: bytes, path: bytes) -> Found | None:
    """Look at one file again; None when it is not there or no plain file any more."""
    try:
        return _found(path, os.stat(os.path.join(root, path)))  # noqa: PTH116, PTH118  # Path has no bytes
    except OSError:
        return None


def _found(path: bytes, now: os.stat_result) -> Found | None:
    if not stat.S_ISREG(now.st_mode):
        return None
    return Found(path, now.st_size, modified_ns(now), now.st_ino)


def modified_ns(now: os.stat_result) -> int:
    """Give a modification time in nanoseconds, cut to the 64 bits that the ledger has for it."""
    time_ns = now.st_mtime_ns
    return time_ns if -_LAST_NS <= time_ns <= _LAST_NS else _LAST_NS


def lies_within(path: bytes, root: bytes) -> bool:
    """Say whether a path, every link in it followed, lies below a folder."""
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    return real.startswith(real_root.rstrip(b"/") + b"/")
