"""Where the servers' unix sockets lie: below the home, or in a short private folder when that is too long.

The kernel takes socket paths of up to 107 bytes, and the addresses we hand out (PostgreSQL and Redis URLs)
are read by several libraries that disagree about quoting: a path that needs quoting moves as well.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Final

from thumper.embedded.parent_death import Account
from thumper.errors import ServiceDownError

PRIVATE: Final = 0o700
MAX_PATH_BYTES: Final = 100
"""Below the kernel's 107 (unix(7)), with room for the lock file's `.lock` that PostgreSQL adds."""
PLAIN: Final = re.compile(r"[\w/.~-]+")


def socket_dir(run_dir: Path, server: str, *, socket_name: str) -> Path:
    """Return the folder for the socket of `server`: always the same for one home and user. Creates nothing."""
    near = run_dir / server
    path = near / socket_name
    if len(os.fsencode(path)) <= MAX_PATH_BYTES and PLAIN.fullmatch(str(path)):
        return near
    mark = hashlib.sha256(os.fsencode(run_dir) + b"\0" + str(os.getuid()).encode()).hexdigest()[:12]
    name = f"thumper-{mark}-{server}"
    far = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(far / socket_name)) <= MAX_PATH_BYTES and PLAIN.fullmatch(str(far)):
        return far
    return Path("/tmp") / name  # noqa: S108  # checked for its owner in make_private


def make_private(folder: Path, account: Account | None) -> None:
    """Make `folder` if it is missing; only `account` (else this user) and root can enter it.

    Raises `ServiceDownError` if something that is not ours is there already.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=PRIVATE)
    state = folder.lstat()
    uid = account.uid if account is not None else os.geteuid()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in {uid, os.geteuid()}:
        raise ServiceDownError(
            f"{folder} is needed for a server's socket but belongs to somebody else: remove it, or set "
            "THUMPER_HOME to a shorter path of plain letters"
        )
    if account is not None and state.st_uid != uid:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    if stat.S_IMODE(state.st_mode) != PRIVATE:
        folder.chmod(PRIVATE)


def remove_if_empty(folder: Path) -> None:
    """Remove the folder of a stopped server, which may lie outside the home; `make_private` makes it again."""
    with contextlib.suppress(OSError):
        folder.rmdir()
