"""Whether the kernel tells of new files in the drop folder: a real watch is set and taken away again.

Asks the kernel by itself and not through watchdog, which belongs to the watcher. Writes nothing into the
folder, so whether a network share passes events on is only known from a running watcher.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.domain.progress import WatchMode
from thumper.ingest.walk import Folder, walk
from thumper.store.models import Source
from thumper.watcher.inotify_limits import KINDS, read_limit, sysctl

_CHECK: Final = "watching"

_LATER: Final = "new photos are found by looking again and again, seconds later"

IN_CREATE: Final = 0x100
"""From <sys/inotify.h>; any kind of event needs the same watch."""

LEAST_LIMIT: Final = {"watches": 65_536, "instances": 512}
"""What is asked for at least: a watch takes about a kilobyte of the kernel's memory, and only when it is used."""

MOST_FOLDERS: Final = 200_000
"""Counting more would not change the result."""


async def look_at_watching(context: CheckContext) -> list[CheckResult]:
    """Return whether new files are noticed at once, or seconds later.

    Never worse than a warning: looking again and again finds all.
    """
    root = bytes(context.settings.drop_dir)
    if context.settings.watch == "polling":
        return [
            CheckResult.ok(
                _CHECK, "New photos are found by looking again and again: THUMPER_WATCH asks for it."
            )
        ]
    try:
        await asyncio.to_thread(set_watch, root)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []  # the check of the drop folder says it
    except OSError as error:
        return [_refused(error)]
    source = await _living_watch(context)
    needed = await asyncio.to_thread(_count_folders, root)
    limit = read_limit("watches")
    if limit is not None and not (source is not None and source.watch_mode is WatchMode.EVENTS):
        room = limit - await asyncio.to_thread(_watches_in_use)
        if needed > room:
            return [_too_few(needed, room=max(room, 0), limit=limit)]
    return [CheckResult.ok(_CHECK, _words(source, needed=needed, limit=limit))]


def set_watch(folder: bytes) -> None:
    """Set an inotify watch on a folder and take it away again. Raises `OSError` when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    try:
        if libc.inotify_add_watch(descriptor, folder, IN_CREATE) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)


def _refused(error: OSError) -> CheckResult:
    kind = KINDS.get(error.errno or 0)
    if kind is None:
        return CheckResult.warn(
            _CHECK,
            f"The drop folder's file system cannot be watched ({error.strerror or error}): {_LATER}.",
            remedy="Nothing needs to be done; THUMPER_WATCH=polling says that this is known.",
        )
    limit = read_limit(kind)
    return CheckResult.warn(
        _CHECK,
        f"The limit of inotify {kind} ({limit}) is used up: {_LATER}.",
        remedy=_raise_limit(kind, to=max(2 * (limit or 0), LEAST_LIMIT[kind])),
    )


def _raise_limit(kind: str, *, to: int) -> str:
    return f"sudo sysctl {sysctl(kind)}={to}; write it to /etc/sysctl.d to keep it."


def _too_few(needed: int, *, room: int, limit: int) -> CheckResult:
    return CheckResult.warn(
        _CHECK,
        f"The drop folder needs {needed} inotify watches, and of {limit} only {room} are left: {_LATER}.",
        remedy=_raise_limit("watches", to=max(limit + 2 * needed, LEAST_LIMIT["watches"])),
    )


async def _living_watch(context: CheckContext) -> Source | None:
    """Return the drop folder as a living watcher knows it; None when no watcher lives."""
    if not context.knows_tables or not await queries.watcher_lives():
        return None
    return await queries.drop_source(bytes(context.settings.drop_dir))


def _words(source: Source | None, *, needed: int, limit: int | None) -> str:
    """Return what was measured here, and what a living watcher notes about its own watch."""
    allowed = "" if limit is None else f" of {limit} that inotify allows"
    words = f"The drop folder can be watched: {needed} watches{allowed}."
    if source is None or not source.watch_note:
        return words
    return f"{words} The watcher notes: {source.watch_note}"


def _count_folders(root: bytes) -> int:
    """Count the watches that a folder with all below it takes."""
    folders = 1
    for entry in walk(root):
        folders += isinstance(entry, Folder)
        if folders >= MOST_FOLDERS:
            break
    return folders


def _watches_in_use() -> int:
    """Count the inotify watches of this user's processes, as far as this user may look."""
    return sum(_watches_of(link) for link in _inotify_descriptors())


def _inotify_descriptors() -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.geteuid():
                yield from (link for link in (process / "fd").iterdir() if _is_inotify(link))


def _is_inotify(link: Path) -> bool:
    try:
        return str(link.readlink()) == "anon_inode:inotify"
    except OSError:  # closed meanwhile
        return False


def _watches_of(link: Path) -> int:
    try:
        return (link.parents[1] / "fdinfo" / link.name).read_text(encoding="ascii").count("inotify wd:")
    except OSError:
        return 0
