"""Room on the disks that Thumper itself fills: no photo is taken in or looked at while one of them is full.

PostgreSQL stops altogether when its disk is full to the last byte. Stopping before keeps queries, pictures
and people's changes alive, and nothing is lost: photos wait in the drop folder and in the queue.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from thumper.domain.disk_space import MB, Space
from thumper.errors import NoRoomError
from thumper.settings import Settings


def measure(path: Path) -> Space:
    """Look at the disk below a path. Raises `OSError`."""
    usage, more = shutil.disk_usage(path), os.statvfs(path)
    return Space(usage.total, usage.free, more.f_favail if more.f_files else None)


def existing(path: Path) -> Path:
    """Return the nearest folder above that exists: where something that is not there yet would be made."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


@dataclass(frozen=True, slots=True)
class OwnDisk:
    """A disk that Thumper fills, by what of it lies there."""

    title: str
    path: Path
    space: Space | None
    """None for one that cannot be looked at."""
    error: str = ""
    """Why it cannot."""


def measure_own(settings: Settings) -> list[OwnDisk]:
    """Look at the disks of the library and of Thumper's own database, if it has one."""
    named = {"pictures": settings.library_dir}
    if settings.postgres_dir.is_dir():
        named["database"] = settings.postgres_dir
    return [_look_at(title, path) for title, path in named.items()]


def _look_at(title: str, path: Path) -> OwnDisk:
    try:
        return OwnDisk(title, path, measure(existing(path)))
    except OSError as error:
        return OwnDisk(title, path, None, error.strerror or type(error).__name__)


def want_of_room(settings: Settings) -> str:
    """Return which disk is full and what to do; empty when there is room. One that cannot be looked at is not full."""
    return next(filter(None, (want_of(own) for own in measure_own(settings))), "")


def want_of(disk: OwnDisk) -> str:
    """Return that a disk is full, and what to do; empty when it has room."""
    space = disk.space
    if space is None or not space.is_full:
        return ""
    return (
        f"The disk of the {disk.title} is full: {space.free_bytes / MB:.0f} MB of {space.total_bytes / MB:.0f} MB "
        f"are free, of which {space.reserve_bytes / MB:.0f} MB are left alone. Free space at {disk.path}; "
        "then everything goes on by itself."
    )


def refuse_full(settings: Settings) -> None:
    """Raise `NoRoomError` if one of the disks is full."""
    if words := want_of_room(settings):
        raise NoRoomError(words)


def refuse_without(path: Path, wanted_bytes: int, *, what: str) -> None:
    """Raise `NoRoomError` if a disk has less above its reserve; `what` names what takes it."""
    try:
        space = measure(existing(path))
    except OSError:  # a disk that cannot be looked at is not known to have less
        return
    if space.free_bytes - space.reserve_bytes < wanted_bytes:
        wanted, free, reserve = (
            f"{size / MB:.0f} MB" for size in (wanted_bytes, space.free_bytes, space.reserve_bytes)
        )
        raise NoRoomError(
            f"{what} takes about {wanted} on the disk of {path}, where {free} are free, of which {reserve} are left "
            "alone. Free space there, then run it again."
        )
