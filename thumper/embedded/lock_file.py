"""Locks that the kernel frees by itself when their last holder is gone.

A lock belongs to an open file, not to a process: a server that inherits the open file keeps the lock for
as long as any of its processes lives. A process id could belong to another program by now; a lock cannot.
This module never reads or writes the content of a lock file.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Final

RETRY_S: Final = 0.05


def try_lock(path: Path) -> int | None:
    """Return an open, exclusively locked file descriptor, or None while somebody else holds the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


async def wait_for_lock(path: Path, *, timeout_s: float) -> int | None:
    """Like `try_lock`, but ask again for up to `timeout_s`."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        descriptor = try_lock(path)
        if descriptor is not None or asyncio.get_running_loop().time() >= deadline:
            return descriptor
        await asyncio.sleep(RETRY_S)


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the lock now; a path that does not exist is not locked."""
    if not path.exists():
        return False
    descriptor = try_lock(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False
