"""The kernel's limits on inotify: how many folders one user may watch, and through how many event queues."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from typing import Final

FOLDERS: Final = (Path("/proc/sys/fs/inotify"), Path("/proc/sys/user"))
"""Folders with the limits: those per user, and those per user namespace, which containers have."""

KINDS: Final = {errno.ENOSPC: "watches", errno.EMFILE: "instances"}
"""The limit that an error of the kernel refers to."""

_FILES: Final = {
    "watches": ("max_user_watches", "max_inotify_watches"),
    "instances": ("max_user_instances", "max_inotify_instances"),
}


def sysctl(kind: str) -> str:
    """Return the sysctl name of a limit."""
    return f"fs.inotify.max_user_{kind}"


def read_limit(kind: str) -> int | None:
    """Return how many inotify "watches" or "instances" this user may have; None when that cannot be read."""
    found = []
    for folder, name in zip(FOLDERS, _FILES[kind], strict=True):
        with contextlib.suppress(OSError, ValueError):
            found.append(int((folder / name).read_text(encoding="ascii")))
    return min(found, default=None)
