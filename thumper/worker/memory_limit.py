"""How much memory a process may use: the machine's, or less where a control group or a resource limit says so."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")


def memory_limit_bytes(groups: Path = _GROUPS, own: Path = _OWN) -> int:
    """Return the smallest limit that holds for this process.

    `groups` is where control groups of either version are mounted, `own` the file that names this process's.
    """
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_of_resources(), *_of_groups(groups, own)])


def _of_resources() -> Iterator[int]:
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, _ = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY:
            yield soft


def _of_groups(groups: Path, own: Path) -> Iterator[int]:
    """Yield the limits of the own control group and of all above it, which hold as well.

    In a container the named group is that of the host: then the mounted root is the container's own.
    """
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":  # version 2
            root, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = Path(path.lstrip("/"))
        for each in (group, *group.parents):
            yield from _read(root / each / name)


def _read(file: Path) -> Iterator[int]:
    try:
        yield int(file.read_text("ascii"))
    except (OSError, ValueError):  # not there, or "max"
        return
