"""The files in which PostgreSQL notes the process that serves a data directory, when they are stale.

After a power cut, or in a new container, the same small process ids come back, and PostgreSQL refuses to start for as
long as a process of that id lives, whatever it does. Two files hold the id: `postmaster.pid` in the data directory and
the lock beside the socket. This module only removes them; it never ends a process.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

PROGRAM: Final = "postgres"


def remove_stale_pid_files(data_dir: Path, *, socket_path: Path) -> None:
    """Remove the files if the process that they name serves another directory, or is no PostgreSQL at all.

    The caller holds the lock of the directory. What cannot be told, and an id that no process has, is left to
    PostgreSQL, which also looks whether the memory of a server that died is still in use.
    """
    for file in (data_dir / "postmaster.pid", socket_path.with_name(f"{socket_path.name}.lock")):
        pid = _noted_pid(file)
        if pid is not None and _is_another(pid, data_dir):
            log.info("removed_stale_pid_file", file=str(file), pid=pid)
            file.unlink(missing_ok=True)


def _noted_pid(file: Path) -> int | None:
    """Return the id on the first line; that of a server in standalone mode stands there with a minus sign."""
    try:
        return abs(int(file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _is_another(pid: int, data_dir: Path) -> bool:
    """Return whether a living process is certainly no server of `data_dir`.

    Every process of a PostgreSQL works in its data directory. The folders are compared, not their names: a directory of
    a container or of a removed disk may have the same path.
    """
    process = Path("/proc") / str(pid)
    try:
        if (process / "comm").read_text(encoding="utf-8", errors="replace").strip() != PROGRAM:
            return True
        return not os.path.samestat((process / "cwd").stat(), data_dir.stat())
    except OSError:  # there is no such process, or it is somebody else's, whom PostgreSQL does not mind
        return False
