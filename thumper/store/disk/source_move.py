"""A drop folder that lies elsewhere now: whether it is the same one, and its new path made the recorded one.

Files are known by their paths below the folder, so that none is new and nothing is read or run again. Nothing on a
disk is touched.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.file import FileRow
from thumper.domain.home_move import LATELY_S, OldPlace
from thumper.domain.likeness import Likeness, unlike
from thumper.domain.path_text import readable
from thumper.domain.progress import ProcessRole, SourceKind
from thumper.errors import NotFoundError, RefusedError, UsageError
from thumper.store.disk import home_move, library
from thumper.store.disk.home_move import has_moved, lying_within, old_place, path_of, within_time
from thumper.store.files import folder_moves, registration, sources
from thumper.store.files.folder_moves import FolderMove, slashed
from thumper.store.models import Dump, Source
from thumper.store.postgres.connect import client
from thumper.store.status import processes

_LOOKED_FOR: Final = 200
"""Files in a sample, spread over all deliveries as their hashes are."""
_READ: Final = 8
"""Files of it that are read."""
_AT_ONCE: Final = 10_000

_SAMPLE: Final = """
SELECT path, display_path, size_bytes, mtime_ns, sha256 FROM file
WHERE source_id = $1 AND live AND state IN ('stored', 'duplicate') ORDER BY sha256 LIMIT $2
"""
_COUNTS: Final = """
SELECT (SELECT count(*) FROM file WHERE source_id = $1 AND live) AS files,
    (SELECT count(*) FROM image WHERE substring(original_path FROM 1 FOR length($2::bytea)) = $2) AS originals
"""
_NOTE_TIMES: Final = """
UPDATE file SET mtime_ns = fresh.mtime_ns FROM unnest($1::uuid[], $2::bigint[]) AS fresh(id, mtime_ns)
WHERE file.id = fresh.id
"""
_SETTLE: Final = """
UPDATE source SET host = $2, state = 'online', device_id = NULL, inode = NULL, watch_mode = NULL, watch_note = NULL
WHERE id = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMove:
    """A drop folder, where it was and where it is said to be now, and what is known of both places."""

    source_id: UUID
    was: Path
    now: Path
    old_place: OldPlace
    likeness: Likeness
    files: int = 0
    originals: int = 0
    """Photos whose originals are looked for in it."""

    @property
    def was_text(self) -> str:
        """Where it was, for people."""
        return readable(bytes(self.was))

    @property
    def now_text(self) -> str:
        """Where it is now, for people."""
        return readable(bytes(self.now))

    @property
    def sentence(self) -> str:
        """What adopting it means, for people."""
        return (
            f"The drop folder was moved from {self.was_text} to {self.now_text}: the receipts of {self.files:,} files"
            f" stay, and originals ({self.originals:,}) are found there. Nothing is taken in again."
        )


async def look(was: Path, now: Path, *, insist: bool = False) -> SourceMove:
    """Return what is known of a drop folder that lies elsewhere now; who insists may do so with other files in it.

    Raises `NotFoundError` for a folder that never was the drop folder or is not there, `UsageError`, and
    `RefusedError` if the new one is known by itself, is watched, or holds other files.
    """
    source = await Source.get_or_none(kind=SourceKind.DROP, path=bytes(was))
    if source is None:
        raise NotFoundError(f"No drop folder was watched at {was}. {await _known_folders()}")
    if was == now:
        raise UsageError(f"The drop folder is recorded at {was} already.")
    if not await within_time(now.is_dir, False):
        raise NotFoundError(f"{now} is no folder that can be read here. Is its disk mounted?")
    other = await Source.get_or_none(kind=SourceKind.DROP, path=bytes(now))
    await _refuse_watched([source, *([other] if other is not None else [])])
    if other is not None and await Dump.exists(source_id=other.id):
        raise RefusedError(
            f"{now} is a drop folder of its own since {other.created_at:%Y-%m-%d}, with receipts of its own. What lies"
            f" in both counts there as a duplicate, and its photos are found. {was} need not be moved."
        )
    move = await _known(source, now)
    reason = None if insist else unlike(move.likeness)
    if reason is not None:
        raise RefusedError(
            f"{now} {reason}. It is not the folder that was watched at {was}, or was changed since: if it is"
            " the same one nevertheless, add --insist. Nothing was changed."
        )
    return move


async def find_moved(drop: Path, *, home: Path) -> SourceMove | None:
    """Return the drop folder that was moved to where nothing was watched before; None if there is none beyond doubt.

    It is not where it was, a sample of its files is here, and no other machine may be watching it.
    """
    own = await Source.get_or_none(kind=SourceKind.DROP, path=bytes(drop))
    if own is not None and await Dump.exists(source_id=own.id):
        return None
    host = socket.gethostname()
    for source in await Source.filter(kind=SourceKind.DROP).order_by("-last_scan_at", "-id"):
        was = path_of(source.path)
        if was == drop or not await within_time(partial(has_moved, was, drop), False):
            continue
        if await _may_be_used_elsewhere(source, home=home, host=host):
            continue
        move = await _known(source, drop)
        if move.likeness.is_plain:
            return move
    return None


async def follow_moved(drop: Path, *, home: Path) -> SourceMove | None:
    """Adopt the drop folder that was moved to `drop` beyond doubt, if any; return what is known of it."""
    move = await find_moved(drop, home=home)
    if move is not None:
        await adopt(move)
    return move


async def adopt(move: SourceMove) -> int:
    """Record that a drop folder lies where it is now; return how many originals follow."""
    times = await _other_times(move) if move.likeness.other_times else {}
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, move.source_id)
        await home_move.make_way(transaction, SourceKind.DROP, bytes(move.now))
        within = await lying_within(transaction, move.was, move.now)
        own = FolderMove(move.source_id, bytes(move.was), bytes(move.now))
        originals = await folder_moves.follow(transaction, [own, *within])
        await _note_times(transaction, times)
        await transaction.execute_query(_SETTLE, [move.source_id, socket.gethostname()])
    return originals


async def _known(source: Source, now: Path) -> SourceMove:
    was = path_of(source.path)
    sample = await client().execute_query_dict(_SAMPLE, [source.id, _LOOKED_FOR])
    counts = await client().execute_query_dict(_COUNTS, [source.id, slashed(bytes(was))])
    return SourceMove(
        source_id=source.id,
        was=was,
        now=now,
        old_place=await within_time(lambda: old_place(was, now), OldPlace.SILENT),
        likeness=await asyncio.to_thread(_compare, sample, now),
        **counts[0],
    )


def _compare(sample: Sequence[dict[str, Any]], folder: Path) -> Likeness:
    """Compare files that were taken in with what lies at their paths below a folder."""
    missing, others, read, other_times = [], [], 0, False
    for row in sample:
        path = folder / os.fsdecode(row["path"])
        try:
            found = path.lstat()
            is_same = found.st_size == row["size_bytes"]
            if is_same and read < _READ:
                is_same = library.holds(path, bytes(row["sha256"]))
                read += is_same
        except OSError:
            missing.append(row["display_path"])
            continue
        other_times = other_times or found.st_mtime_ns != row["mtime_ns"]
        others += [] if is_same else [row["display_path"]]
    return Likeness(
        looked_for=len(sample),
        read=read,
        missing=tuple(missing),
        others=tuple(others),
        other_times=other_times,
    )


async def _known_folders() -> str:
    paths = await Source.filter(kind=SourceKind.DROP).order_by("id").values_list("display_path", flat=True)
    return f"Known: {', '.join(map(str, paths))}." if paths else "None was watched yet."


async def _refuse_watched(folders: Sequence[Source]) -> None:
    signs = await processes.heard_of(within_s=processes.DOWN_AFTER_S, host=socket.gethostname())
    watcher = next((sign for sign in signs if sign.role == ProcessRole.WATCH.value and sign.is_alive), None)
    watched = next((folder for folder in folders if folder.watch_mode is not None), None)
    if watcher is not None and watched is not None:
        raise RefusedError(
            f"{watched.display_path} is being watched on {watcher.host}. Stop Thumper there first; nothing was changed."
        )


async def _may_be_used_elsewhere(source: Source, *, home: Path, host: str) -> bool:
    """Return whether another machine may watch a folder under the path that is recorded, or a process does so here."""
    signs = await processes.heard_of(within_s=LATELY_S, host=host)
    watchers = [sign for sign in signs if sign.role == ProcessRole.WATCH.value]
    if any(sign.host == host and sign.is_alive for sign in watchers) and source.watch_mode is not None:
        return True
    if await home_move.is_with_database(home):
        return False
    return source.host not in {None, host} or any(sign.host != host for sign in watchers)


async def _other_times(move: SourceMove) -> dict[UUID, int]:
    """Return the modification times of known files that have another one now, with the same size, by file."""
    times: dict[UUID, int] = {}
    async for rows in registration.known_files(move.source_id):
        found = await asyncio.to_thread(_sizes_and_times, move.now, rows)
        for row, (size_bytes, mtime_ns) in zip(rows, found, strict=True):
            if size_bytes == row.size_bytes and mtime_ns != row.mtime_ns:
                times[row.file_id] = mtime_ns
    return times


def _sizes_and_times(folder: Path, rows: Sequence[FileRow]) -> list[tuple[int, int]]:
    found = []
    for row in rows:
        try:
            there = (folder / os.fsdecode(row.path)).lstat()
        except OSError:
            found.append((-1, 0))
        else:
            found.append((there.st_size, there.st_mtime_ns))
    return found


async def _note_times(transaction: BaseDBAsyncClient, times: dict[UUID, int]) -> None:
    ids = list(times)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        await transaction.execute_query(_NOTE_TIMES, [some, [times[own] for own in some]])
