"""A file that is made and removed at once, to see whether its event arrives.

Watching a folder can stop to work without any error: a disk was mounted anew, a thread
died. As long as the canary is heard, events of other files arrive as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import stat
from enum import Enum
from typing import Final

from thumper.watcher.disk import Disk
from thumper.watcher.hints import Hints

CANARY: Final = b".thumper-canary"
"""Hidden, so that whoever else reads the folder ignores it, Thumper included."""

HEARD_WITHIN_S: Final = 3.0
"""An event that comes at all comes within milliseconds, unless many others are before it in the queue."""

_PATIENCE_S: Final = 30.0
"""How long the canary is waited for while other events come."""


class Song(Enum):
    """What became of a canary."""

    HEARD = "heard"
    UNHEARD = "unheard"
    NOT_SUNG = "not sung"
    """The file could not be made."""


async def sing(root: bytes, hints: Hints, disk: Disk) -> Song:
    """Make and remove the canary in a root that is watched; say whether its event came."""
    hints.canary.clear()
    path = os.path.join(root, CANARY)  # noqa: PTH118  # Path has no bytes
    if not await disk.ask(lambda: _make_and_remove(path)):
        return Song.NOT_SUNG
    give_up_at_s = asyncio.get_running_loop().time() + _PATIENCE_S
    while True:
        before = hints.events
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hints.canary.wait(), HEARD_WITHIN_S)
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
    """Make the file; one that a crash left there, and nothing else, is removed before."""
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
