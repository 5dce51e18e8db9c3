"""One file on its way from a folder into the ledger: what a look found, its row, and what became of it.

The watcher, ingestion and the store hand these on as they are. Of a hundred thousand files that come at once, as many
`Found` and `FileRow` are in memory: so they are tuples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, Self
from uuid import UUID

from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState
from thumper.domain.reason import Reason

UNKNOWN_NS: Final = 0
"""In place of a status change time: it is not known, so the next look tells it."""
RESTLESS_NS: Final = -1
"""In place of a status change time: it is that of the look, as on some shares, and means nothing."""


class Found(NamedTuple):
    """A plain file as one look found it. Two equal looks mean that nothing was written in between."""

    path: bytes
    """Relative to its source."""
    size_bytes: int
    mtime_ns: int
    inode: int = -1
    """-1, which no file has, if it was not read from disk."""
    changed_ns: int = 0
    """Status change time (`st_ctime_ns`); 0 if it was not read from disk. A program that gives a file its full size and
    its old time first cannot set this one."""


class FileRow(NamedTuple):
    """The live row of a path in the ledger, as far as the watcher must know it."""

    file_id: UUID
    dump_id: UUID
    path: bytes
    size_bytes: int
    mtime_ns: int
    state: FileState
    changed_ns: int = UNKNOWN_NS
    """Its status change time when it settled."""

    def is_touched(self, found: Found) -> bool:
        """Return whether only the change time of a settled file is another: its bytes may be others, or may not."""
        same = (self.size_bytes, self.mtime_ns) == (found.size_bytes, found.mtime_ns)
        known = self.state not in WAITING and self.changed_ns > 0
        # A file system that keeps no change times (FAT, exFAT, sshfs) shows the modification time in its place.
        return same and known and found.changed_ns not in {UNKNOWN_NS, found.mtime_ns, self.changed_ns}

    @property
    def recorded(self) -> Found:
        """The file as it was recorded: equal to no look."""
        return Found(self.path, self.size_bytes, self.mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class StableFile:
    """A file that is completely written, with the ids of its row and dump: what admission takes.

    `absolute` is where its bytes are, `name` its path relative to the source. It must not lead out
    of `root`. `final` says that waiting for missing bytes has gone on long enough.
    """

    file_id: UUID
    dump_id: UUID
    absolute: bytes
    name: bytes
    size_bytes: int
    mtime_ns: int
    inode: int | None = None
    root: bytes | None = None
    final: bool = True
    changed_ns: int = UNKNOWN_NS

    @classmethod
    def of(cls, row: FileRow, found: Found, *, root: bytes, final: bool = True) -> Self:
        """Make it of the row of a file below a root and of the look that is to be compared with its bytes."""
        return cls(
            file_id=row.file_id,
            dump_id=row.dump_id,
            absolute=root.rstrip(b"/") + b"/" + found.path,
            name=found.path,
            size_bytes=found.size_bytes,
            mtime_ns=found.mtime_ns,
            inode=found.inode,
            root=root,
            final=final,
            changed_ns=found.changed_ns,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a file stands after a look into it; `seen` and `stable` mean that it must be looked at again.

    A stored file and a duplicate have an image, a rejected one has a reason and a message.
    """

    file: StableFile
    state: FileState
    sha256: bytes | None = None
    image_id: UUID | None = None
    reason: Reason | None = None
    message: str | None = None

    @classmethod
    def rejected(cls, file: StableFile, reason: Reason, *, detail: str = "") -> Self:
        """Make the outcome of a file that is no image of Thumper; `detail` replaces the reason's own sentence."""
        message = f"{readable(file.name)}: {detail or reason.sentence}"
        return cls(file, FileState.REJECTED, reason=reason, message=message)
