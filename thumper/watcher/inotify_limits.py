"""The kernel's limits of inotify: how many folders one user may watch, and through how many queues of events."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from typing import Final

FOLDERS: Final = (Path("/proc/sys/fs/inotify"), Path("/proc/sys/user"))
"""Where the kernel keeps them: per user, and per user namespace, as containers have one."""

KINDS: Final = {errno.ENOSPC: "watches", errno.EMFILE: "instances"}
"""Which limit the kernel means by an error."""

_FILES: Final = {
    "watches": ("max_user_watches", "max_inotify_watches"),
    "instances": ("max_user_instances", "max_inotify_instances"),
}


def sysctl(kind: str) -> str:
    """Return the name by which a limit is raised."""
    return f"fs.inotify.max_user_{kind}"


def read_limit(kind: str) -> int | None:
    """Return how many inotify "watches" or "instances" this user may have; None when the kernel does not say."""
    found = []
    for folder, name in zip(FOLDERS, _FILES[kind], strict=True):
        with contextlib.suppress(OSError, ValueError):
            found.append(int((folder / name).read_text(encoding="ascii")))
    return min(found, default=None)
