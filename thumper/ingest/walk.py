"""Walking a folder and yielding the files in it one by one, whatever their names.

Paths are bytes relative to the root. Links to folders are not followed and ignored folders not entered,
wherever the walk begins: nothing below one has a path here. Links that lead out of the root or to
nothing are named and not read, and so are entries that permissions or a broken disk make unreadable:
they stop no other file. Pipes, sockets and devices are ignored. Files that are known already and have
not changed are only counted, so that a rescan of a large library costs little more than its `stat` calls.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from thumper.domain.file import RESTLESS_NS, Found
from thumper.ingest.ignore import is_ignored_file, is_ignored_folder

_LONGEST_FOLDER: Final = 2048
"""Longest path of a folder, in bytes, that is looked into: PostgreSQL's index takes paths of up to 2.7 kB."""
_AT_ONCE: Final = 1000
"""Most unchanged files in one entry, so that the caller sees progress."""
_LAST_NS: Final = 2**63 - 1
"""The latest time in 64 bits, in the year 2262; some file systems can hold later ones."""
_LEADS_OUT: Final = "it is a link that leads out of the folder"
_TO_NOTHING: Final = "it is a link to nothing"


class Folder(NamedTuple):
    """A folder; its content follows unless the walk stays in one folder."""

    path: bytes


class Unreadable(NamedTuple):
    """A folder, link or file that was left out, and why."""

    path: bytes
    why: str


class Link(Unreadable):
    """A link that leads out of the root or to nothing: what it leads to is not read, and wiping does not reach it."""

    __slots__ = ()


class InnerLink(NamedTuple):
    """A link to another folder of the root, which is looked into where it lies."""

    path: bytes


class Unchanged(NamedTuple):
    """A number of files in a folder that are known and unchanged."""

    files: int


Entry: TypeAlias = Found | Folder | Unreadable | InnerLink | Unchanged

AsItWas: TypeAlias = tuple[int, int, int]
"""Size in bytes, modification time and status change time of a file when it settled."""

KnownFiles: TypeAlias = Callable[[bytes], Mapping[bytes, AsItWas]]
"""Returns how the known files directly in a folder were, by name."""


def _none_known(_folder: bytes) -> Mapping[bytes, AsItWas]:
    return {}


class Passed(NamedTuple):
    """Which names of files and folders a walk passes over, as if they were not there."""

    is_passed_file: Callable[[bytes], bool]
    is_passed_folder: Callable[[bytes], bool]


_IGNORED: Final = Passed(is_ignored_file, is_ignored_folder)


def walk(
    root: bytes,
    folder: bytes = b"",
    *,
    deep: bool = True,
    known: KnownFiles = _none_known,
    passed: Passed = _IGNORED,
) -> Iterator[Entry]:
    """Yield what lies in a folder of a root, and with `deep` in every folder below it.

    An event may name a folder that a walk from the root would never reach: nothing is yielded of it.
    """
    if any(map(passed.is_passed_folder, folder.split(b"/"))):
        return
    link = linked_folder(root, folder)
    if link is not None:
        if not lies_within(os.path.join(root, link), root):  # noqa: PTH118  # Path has no bytes
            yield Link(link, _LEADS_OUT)
        return
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        if len(here) > _LONGEST_FOLDER:
            yield Unreadable(here, f"its path is longer than {_LONGEST_FOLDER} bytes")
            continue
        for entry in _list(root, here, known(here), passed=passed):
            yield entry
            if deep and isinstance(entry, Folder):
                waiting.append(entry.path)


def linked_folder(root: bytes, folder: bytes) -> bytes | None:
    """Return the first link on the way from a root to a folder in it, the folder included; None when there is none."""
    here = b""
    for name in folder.split(b"/") if folder else ():
        here = here + b"/" + name if here else name
        try:
            if stat.S_ISLNK(os.lstat(os.path.join(root, here)).st_mode):  # noqa: PTH118  # Path has no bytes
                return here
        except OSError:  # it is gone or closed, as the look into it will find
            return None
    return None


def _list(root: bytes, folder: bytes, known: Mapping[bytes, AsItWas], *, passed: Passed) -> Iterator[Entry]:
    unchanged = 0
    known_as = known.get
    try:
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118  # Path has no bytes
            for entry in entries:
                # First, since nearly all entries of a large library end here: what is known by this name was no
                # folder, was not ignored, and was no link that leads out.
                was = known_as(entry.name)
                if was is not None and _is_still(entry, was):
                    unchanged += 1
                    if unchanged % _AT_ONCE == 0:
                        yield Unchanged(_AT_ONCE)
                    continue
                path = folder + b"/" + entry.name if folder else entry.name
                found = _look(root, path, entry, passed=passed)
                if found is not None:
                    yield found
    except FileNotFoundError:
        return
    except OSError as error:
        yield Unreadable(folder, error.strerror or str(error))
    if unchanged % _AT_ONCE:
        yield Unchanged(unchanged % _AT_ONCE)


def _is_still(entry: os.DirEntry[bytes], was: AsItWas) -> bool:
    """Return whether a file has the size and the times that it had."""
    try:
        now = entry.stat()
    except OSError:  # it is looked at as if it were new, and that reports the error
        return False
    return (
        was[0] == now.st_size
        and was[1] == now.st_mtime_ns
        and (was[2] == now.st_ctime_ns or was[2] == RESTLESS_NS)
    )


def _look(root: bytes, path: bytes, entry: os.DirEntry[bytes], *, passed: Passed) -> Entry | None:
    is_link = False
    try:  # each of these may ask the disk, which may fail for one file and not for the next
        if entry.is_dir(follow_symlinks=False):
            return None if passed.is_passed_folder(entry.name) else Folder(path)
        if passed.is_passed_file(entry.name):
            return None
        is_link = entry.is_symlink()
        if is_link and not lies_within(os.path.join(root, path), root):  # noqa: PTH118  # Path has no bytes
            return Link(path, _LEADS_OUT)
        now = entry.stat()
        return InnerLink(path) if is_link and stat.S_ISDIR(now.st_mode) else _found(path, now)
    except FileNotFoundError:  # removed in this moment
        return Link(path, _TO_NOTHING) if is_link else None
    except OSError as error:
        return Unreadable(path, error.strerror or str(error))


def look_at(root: bytes, path: bytes) -> Found | None:
    """Return one file as it is now; None when it is gone, no plain file any more, or not accessible."""
    try:
        return _found(path, os.stat(os.path.join(root, path)))  # noqa: PTH116, PTH118  # Path has no bytes
    except OSError:
        return None


def link_left_out(root: bytes, path: bytes) -> Link | None:
    """Return a path if it is a link that leads out of the root or to nothing; else None."""
    absolute = os.path.join(root, path)  # noqa: PTH118  # Path has no bytes
    if not os.path.islink(absolute):  # noqa: PTH114  # Path has no bytes
        return None
    if not lies_within(absolute, root):
        return Link(path, _LEADS_OUT)
    return None if os.path.exists(absolute) else Link(path, _TO_NOTHING)  # noqa: PTH110  # Path has no bytes


def is_gone(root: bytes, path: bytes) -> bool:
    """Return whether nothing has that name; False also when that cannot be determined."""
    if linked_folder(root, path.rpartition(b"/")[0]) is not None:  # what has the name now lies elsewhere
        return True
    try:
        os.lstat(os.path.join(root, path))  # noqa: PTH118  # Path has no bytes
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _found(path: bytes, now: os.stat_result) -> Found | None:
    if not stat.S_ISREG(now.st_mode):
        return None
    return Found(path, now.st_size, modified_ns(now), now.st_ino, _cut(now.st_ctime_ns))


def modified_ns(now: os.stat_result) -> int:
    """Return a modification time in nanoseconds, cut to the 64 bits of its database column."""
    return _cut(now.st_mtime_ns)


def _cut(time_ns: int) -> int:
    return time_ns if -_LAST_NS <= time_ns <= _LAST_NS else _LAST_NS


def lies_within(path: bytes, root: bytes) -> bool:
    """Return whether a path, with every link followed, is the root or lies below it."""
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    return real == real_root or real.startswith(real_root.rstrip(b"/") + b"/")
