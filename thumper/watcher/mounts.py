"""Finding which file systems a folder lies on and contains, and whether the kernel reports every write to them.

They are read from /proc/self/mountinfo. On systems without it, those other than Linux,
the canary alone decides whether events can be trusted.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
from pathlib import Path
from typing import Final, NamedTuple

from thumper.ingest.ignore import is_ignored_folder

MOUNT_TABLE: Final = Path("/proc/self/mountinfo")

_TELL_LITTLE: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "orangefs", "beegfs"),
        *("9p", "virtiofs", "drvfs", "vboxsf", "prl_fs", "vmhgfs", "fakeowner"),  # folders of another system
        *("gfs2", "ocfs2"),  # disks that several machines write to
        "fuse",  # and every fuse.*: sshfs, rclone, mergerfs
    }
)
"""File systems that others can write to without this machine's kernel seeing it."""
_CARDS: Final = frozenset({"vfat", "msdos", "exfat"})
"""File systems of memory cards and USB sticks, which are pulled out without being unmounted."""


class Mount(NamedTuple):
    """One line of the mount table. `number` is unique among the present mounts."""

    number: int
    parent: int
    point: bytes
    kind: str
    device: str
    read_only: bool

    @property
    def tells_little(self) -> bool:
        """Whether files can appear on it without an event."""
        return self.kind in _TELL_LITTLE or self.kind.startswith("fuse.")

    @property
    def is_card(self) -> bool:
        """Whether it looks like a memory card or a USB stick, to which nothing should ever be written."""
        return self.kind in _CARDS


class Mounts(NamedTuple):
    """The mount that a folder lies on, None when that is unknown, and those below the folder."""

    own: Mount | None = None
    below: tuple[Mount, ...] = ()

    @property
    def telling_little(self) -> Mount | None:
        """The first mount on which files can appear without an event."""
        all_of_them = (self.own, *self.below) if self.own is not None else self.below
        return next((mount for mount in all_of_them if mount.tells_little), None)


class MountTable:
    """The mount table, read again only when the kernel reports a change."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._fd = -1
        with contextlib.suppress(OSError):
            self._fd = os.open(MOUNT_TABLE, os.O_RDONLY | os.O_CLOEXEC)
            self._poll.register(self._fd, select.POLLPRI)
        self._mounts: list[Mount] = []
        self._fresh = False

    def close(self) -> None:
        """Close the file of the table."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def around(self, folder: bytes) -> Mounts:
        """Return the mounts that a folder lies on and contains; links are followed."""
        if self._fd < 0:
            return Mounts()
        changed = bool(self._poll.poll(0))
        if changed or not self._fresh:
            self._mounts = parse(_read(self._fd))
            self._fresh = True
        return around(self._mounts, os.path.realpath(folder))


def _read(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(fd, "rb", closefd=False) as table:
        return table.read()


def parse(table: bytes) -> list[Mount]:
    """Return the lines of a mount table in their order."""
    mounts = []
    for line in table.splitlines():
        # 36 35 98:0 /root /point rw,noatime optional:1 - ext4 /dev/sda rw
        before, _, after = line.partition(b" - ")
        fields, kind = before.split(b" "), after.partition(b" ")[0]
        mounts.append(
            Mount(
                number=int(fields[0]),
                parent=int(fields[1]),
                point=_plain(fields[4]),
                kind=os.fsdecode(kind),
                device=os.fsdecode(fields[2]),
                read_only=b"ro" in fields[5].split(b",") or b"ro" in after.rpartition(b" ")[2].split(b","),
            )
        )
    return mounts


def _plain(path: bytes) -> bytes:
    r"""Return a path with its escapes, such as `\040` for a blank, replaced."""
    return re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), path)


def around(mounts: list[Mount], folder: bytes) -> Mounts:
    """Return the mount that a real path lies on, and those below it, except in ignored folders."""
    visible = _visible(mounts)
    above = [mount for mount in visible if _holds(mount.point, folder)]
    below = [
        mount
        for mount in visible
        if mount.point != folder and _holds(folder, mount.point) and not lies_ignored(mount.point, folder)
    ]
    return Mounts(
        own=max(above, key=lambda mount: len(mount.point), default=None),
        below=tuple(sorted(below, key=lambda mount: mount.point)),
    )


def _visible(mounts: list[Mount]) -> list[Mount]:
    """Return the mounts that no other hides: of several at one point, only the last and what is mounted in it."""
    points = {mount.number: mount.point for mount in mounts}
    tops = {mount.point: mount for mount in mounts}
    return [
        mount
        for mount in tops.values()
        if (point := points.get(mount.parent)) in {None, mount.point} or tops[point].number == mount.parent
    ]


def lies_ignored(path: bytes, folder: bytes) -> bool:
    """Return whether a folder below another one is ignored, or lies in an ignored one."""
    inner = path.removeprefix(folder.rstrip(b"/")).strip(b"/")
    return any(is_ignored_folder(name) for name in inner.split(b"/"))


def _holds(outer: bytes, inner: bytes) -> bool:
    return inner == outer or inner.startswith(outer.rstrip(b"/") + b"/")
