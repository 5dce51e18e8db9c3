"""A canary file, which is made and removed at once to see whether its event arrives.

Watching a folder can stop working without any error: a disk was mounted anew, a thread
died. As long as events of the canary arrive, those of other files do as well.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from enum import Enum
from typing import Final

from thumper.background import set_within
from thumper.watcher.disk import Disk
from thumper.watcher.hints import Hints

CANARY: Final = b".thumper-canary"
"""Hidden, so that other programs ignore it, as Thumper does."""

HEARD_WITHIN_S: Final = 3.0
"""Time without any event after which the canary's counts as lost: it arrives within milliseconds, or after others."""

_PATIENCE_S: Final = 30.0
"""Longest wait for the canary while other events arrive."""


class Song(Enum):
    """Whether a canary's event arrived."""

    HEARD = "heard"
    UNHEARD = "unheard"
    NOT_SUNG = "not sung"
    """The file could not be made."""


async def sing(root: bytes, hints: Hints, disk: Disk) -> Song:
    """Make and remove the canary in a root that is watched; return whether its event arrived."""
    hints.canary.clear()
    path = os.path.join(root, CANARY)  # noqa: PTH118  # Path has no bytes
    if not await disk.ask(lambda: _make_and_remove(path)):
        return Song.NOT_SUNG
    give_up_at_s = asyncio.get_running_loop().time() + _PATIENCE_S
    while True:
        before = hints.events
        if await set_within(hints.canary, HEARD_WITHIN_S):
            return Song.HEARD
        if hints.events == before or asyncio.get_running_loop().time() > give_up_at_s:
            return Song.UNHEARD


def _make_and_remove(path: bytes) -> bool:
    try:
        os.close(_create(path))
        os.unlink(path)  # noqa: PTH108  # Path has no bytes
    except OSError:
        return False
    return True


def _create(path: bytes) -> int:
    """Create the file and return its descriptor; replace one that a crash left, but nothing else."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
    left = os.lstat(path)
    if not stat.S_ISREG(left.st_mode) or left.st_size:
        raise FileExistsError(errno.EEXIST, "it is not ours")
    os.unlink(path)  # noqa: PTH108  # Path has no bytes
    return os.open(path, flags, 0o600)
