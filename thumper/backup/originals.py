"""Copies originals out of the library and the drop folder into a backup, and from there into a library.

Every byte is compared by SHA-256 on both ways. Originals are only read, and no file is written over. What cannot
be copied out is named: a backup says what it lacks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from thumper.backup.draft import writing
from thumper.backup.stage import Steps, Watcher, in_steps
from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.errors import BackupError, BadBackupError
from thumper.imaging.original import open_original, reader
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.disk import library

AT_ONCE: Final = 500
"""Rows read at a time."""

_PAGE: Final = """
SELECT id, sha256, size_bytes, media_type, original_path AS path FROM image
WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
"""
_THESE: Final = """
SELECT id, sha256, size_bytes, media_type, original_path AS path FROM image WHERE sha256 = ANY($1) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """Where the bytes of an image should be."""

    id: UUID
    sha256: bytes
    size_bytes: int
    media_type: str
    path: bytes

    def place(self, folder: Path) -> Path:
        """Return its place in a library, or in a backup, which is laid out alike."""
        return library.original_path(folder, self.sha256, media_type=self.media_type)


@dataclass(slots=True)
class Copied:
    """What was copied out, and the names of what could not be, each with why, by hash."""

    files: int = 0
    size_bytes: int = 0
    unread: dict[bytes, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """The names of what could not be copied, each with why."""
        return list(self.unread.values())


async def originals_of(connection: asyncpg.Connection) -> AsyncIterator[list[OriginalRow]]:
    """Yield the original of every image, up to `AT_ONCE` at a time."""
    after: UUID | None = None
    while rows := await connection.fetch(_PAGE, after, AT_ONCE):
        yield [OriginalRow(**row) for row in rows]
        after = rows[-1]["id"]


async def copy_out(connection: asyncpg.Connection, folder: Path, *, total: int, watcher: Watcher) -> Copied:
    """Copy every original that the database knows into a backup. Raises `BackupError` when the disk is full."""
    copied = Copied()
    async for rows in originals_of(connection):
        await in_steps(_copy_some(rows, folder, copied))
        watcher.count(copied.files + len(copied.unread), total)
    return copied


def _copy_some(rows: Sequence[OriginalRow], folder: Path, copied: Copied) -> Steps[None]:
    for row in rows:
        yield
        try:
            content = _read(row)
        except DecodeRefusal as refusal:
            copied.unread[row.sha256] = f"{readable(row.path)}: {refusal.reason.value}"
            continue
        with writing(folder):
            library.keep_original(folder, content, media_type=row.media_type)
        copied.files += 1
        copied.size_bytes += len(content)


async def deleted_since(live: asyncpg.Connection, kept: asyncpg.Connection) -> list[OriginalRow]:
    """Return those originals of a kept database whose photos people have deleted in the live one since it was kept."""
    if not await live.fetchval("SELECT to_regclass('deletion') IS NOT NULL"):
        return []
    hashes = await live.fetch("SELECT sha256 FROM deletion WHERE undone_at IS NULL")
    return [OriginalRow(**row) for row in await kept.fetch(_THESE, [row["sha256"] for row in hashes])]


def leave_out(rows: Sequence[OriginalRow], folder: Path, copied: Copied) -> Steps[None]:
    """Remove originals from a backup that is being written, or forget that they could not be read."""
    for row in rows:
        yield
        if copied.unread.pop(row.sha256, None) is None:
            with writing(folder):
                row.place(folder).unlink()
            copied.files -= 1
            copied.size_bytes -= row.size_bytes


def _read(row: OriginalRow) -> bytes:
    """Read an original. Raises `DecodeRefusal` if it is not there, not readable, or not what was taken in."""
    with open_original(row.path) as fd:
        try:
            content = reader(fd).read(row.size_bytes + 1)
        except OSError:
            raise DecodeRefusal(Reason.UNREADABLE) from None
    if hashlib.sha256(content).digest() != row.sha256:
        raise DecodeRefusal(Reason.ORIGINAL_CHANGED)
    return content


def is_there(row: OriginalRow, *, read: bool) -> bool:
    """Return whether an original is where its row says: with its bytes if they are to be `read`, else with its size."""
    path = Path(os.fsdecode(row.path))
    try:
        if not path.is_file() or path.stat().st_size != row.size_bytes:
            return False
        return not read or library.holds(path, row.sha256)
    except OSError:  # closed to us, or the disk fails: as good as missing
        return False


def wanted_bytes(rows: Sequence[OriginalRow]) -> int:
    """Return how much room those of some originals take that are not where their rows say."""
    return sum(row.size_bytes for row in rows if not is_there(row, read=False))


def put_back(row: OriginalRow, backup: Path, library_dir: Path) -> bytes | None:
    """Copy an original from a backup into a library; return where it is then, None if the backup does not have it.

    Raises `BackupError` if the backup's disk fails, `BadBackupError` if it gives other bytes than it was checked for.
    """
    place = row.place(backup)
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackupError(
            f"{place} cannot be read ({error.strerror or error}), though it could when the backup was checked. Look "
            "after that disk, then run it again."
        ) from error
    if hashlib.sha256(content).digest() != row.sha256:
        raise BadBackupError(
            f"{place} does not hold the photo of its name: its disk fails. Use another backup."
        )
    with writing(library_dir):
        return bytes(library.keep_original(library_dir, content, media_type=row.media_type))
