"""Who PostgreSQL runs as when Thumper is root, since PostgreSQL refuses to be root.

It runs as the owner of an existing data directory, else as `nobody`. The home or the packages may lie
below a folder that this user may not enter, such as /root; Thumper never changes the rights of folders it
did not make, but lets the server keep the one capability that enters folders.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from thumper.embedded.parent_death import Account
from thumper.errors import ServiceDownError

# linux/capability.h
CAP_DAC_OVERRIDE: Final = 1
CAP_DAC_READ_SEARCH: Final = 2
CAP_SETPCAP: Final = 8
NOBODY: Final = 65534
"""The kernel's overflow id, that of the user `nobody` on nearly every system."""


def choose_account(data_dir: Path, *, paths: Iterable[Path]) -> Account | None:
    """Return the account for the server of `data_dir`; None when this process is not root.

    `paths` are what the server has to reach: its programs, the data directory, the socket directory.
    Raises `ServiceDownError` if the account cannot reach one of them and no capability can help, or if a
    plain user is given a data directory of somebody else.
    """
    owner = data_dir.stat() if data_dir.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise ServiceDownError(
                f"{data_dir} belongs to user {_name(owner.st_uid)}, so PostgreSQL cannot use it as user "
                f"{_name(os.geteuid())}: run Thumper as before (root included), or give the folder away with "
                f"chown -R, or set THUMPER_HOME to another folder"
            )
        return None
    if owner is not None and owner.st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        uid, gid = _nobody()
    closed = next((path for path in paths if not _can_reach(path, uid=uid, gid=gid)), None)
    return Account(uid, gid, None if closed is None else _entering_capability(closed, uid=uid))


def give_away(folder: Path, account: Account) -> None:
    """Make `account` the owner of `folder` and all below it, unless it is so already. Follows no links."""
    if folder.stat().st_uid == account.uid:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), account.uid, account.gid, follow_symlinks=False)
    # The top comes last: after an interruption the walk is done again.
    os.chown(folder, account.uid, account.gid)


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _can_reach(path: Path, *, uid: int, gid: int) -> bool:
    """Return whether the mode bits let a user without groups enter every folder above `path` and, when
    `path` is a program, run it. Access lists are not looked at.
    """
    above = {*path.parents, *path.resolve().parents}
    if not all(_allows(folder, stat.S_IXOTH, uid=uid, gid=gid) for folder in above if folder.exists()):
        return False
    return not path.is_file() or _allows(path, stat.S_IROTH | stat.S_IXOTH, uid=uid, gid=gid)


def _allows(path: Path, bits: int, *, uid: int, gid: int) -> bool:
    state = path.stat()
    shift = 6 if state.st_uid == uid else 3 if state.st_gid == gid else 0
    return state.st_mode & (bits << shift) == bits << shift


def _entering_capability(closed: Path, *, uid: int) -> str:
    """Name the weakest capability of ours that enters every folder."""
    permitted = _permitted_capabilities()
    if permitted >> CAP_SETPCAP & 1:
        if permitted >> CAP_DAC_READ_SEARCH & 1:
            return "dac_read_search"
        if permitted >> CAP_DAC_OVERRIDE & 1:  # all that a default container has
            return "dac_override"
    raise ServiceDownError(
        f"PostgreSQL has to run as user {_name(uid)}, who cannot reach {closed}, and this root may not lend it "
        "a capability: put THUMPER_HOME and the installation into folders that everybody may enter, or run "
        "Thumper as a plain user, or set THUMPER_DATABASE_URL"
    )


def _permitted_capabilities() -> int:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("CapPrm", "0").strip(), 16)
