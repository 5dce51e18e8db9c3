"""Whether this machine sees the same folders as the database it works with.

Several machines may share one database, but photos are found by path: a worker that does not see
them would fail every image. So each process checks before it begins.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.home_move import HomeMove, doubt, obstacle
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind, SourceState
from thumper.errors import RefusedError
from thumper.store.disk import home_move
from thumper.store.disk.home_move import MovedHome
from thumper.store.models import Image, Source
from thumper.store.postgres.connect import client
from thumper.store.status.processes import DOWN_AFTER_S

MARKER: Final = "library-of-thumper"
"""File in the library that holds the id of the upload source, which names the database it belongs to."""

UNFINISHED_RESTORE: Final = "restore-is-not-finished"
"""File beside the library that marks it as part of a restore that was cut short."""

_LOCK: Final = 0x6C696272
"""Key of the lock under which a library is claimed ("libr" in ASCII)."""


async def check_library(library: Path, *, drop: Path | None = None, insist: bool = False) -> MovedHome | None:
    """Claim a new library for a new database, or check that this is the library of an older one.

    A library that was moved is adopted where it is, and what follows is returned; a person may `insist` on that where
    it is in doubt. `drop` is the drop folder that settings name. Raises `RefusedError` when the database's library is
    elsewhere or is not visible from here, or belongs to a restore that was cut short.
    """
    await _refuse_unfinished(library)
    host = socket.gethostname()
    async with in_transaction("default") as transaction:
        await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        source = await Source.filter(kind=SourceKind.UPLOAD).first()
        if source is None:
            source = Source(
                kind=SourceKind.UPLOAD, path=bytes(library), display_path=readable(bytes(library)), host=host
            )
            _claim(library, str(source.id))
            await source.save()
            return None
        if bytes(source.path) != bytes(library):
            await _refuse_doubtful(await _look(source, library), insist=insist)
            await _refuse_old_drop(source, library, drop)
            return await home_move.adopt(transaction, source, library, host=host)
        _check_marker(library, str(source.id))
        if source.host != host:
            await Source.filter(id=source.id).update(host=host)
    return None


async def recognise_library(library: Path) -> None:
    """Check the library as `check_library` does, but claim and adopt nothing. Raises `RefusedError` as it does."""
    await _refuse_unfinished(library)
    source = await Source.filter(kind=SourceKind.UPLOAD).first()
    if source is not None and bytes(source.path) == bytes(library):
        _check_marker(library, str(source.id))
    elif source is not None:
        await _refuse_doubtful(await _look(source, library), insist=False)


async def look_at_move(library: Path) -> HomeMove | None:
    """Return what is known of a library that lies elsewhere than recorded; None where it lies, or if there is none."""
    source = await Source.filter(kind=SourceKind.UPLOAD).first()
    return None if source is None or bytes(source.path) == bytes(library) else await _look(source, library)


async def _look(source: Source, library: Path) -> HomeMove:
    is_ours = await home_move.within_time(lambda: _holds_marker(library, str(source.id)), False)
    return await home_move.look(source, library, is_ours=is_ours, host=socket.gethostname())


async def _refuse_doubtful(move: HomeMove, *, insist: bool) -> None:
    """Raise `RefusedError` unless the library was moved, or a person insists that it was."""
    reason = obstacle(move) or (None if insist else doubt(move))
    if reason is not None:
        raise RefusedError(reason)


async def _refuse_old_drop(source: Source, library: Path, drop: Path | None) -> None:
    """Refuse a drop folder in the home as it was: it moved along, and an empty one would be made there."""
    home = home_move.path_of(source.path).parent
    if drop is None or not drop.is_relative_to(home) or drop.is_relative_to(library.parent):
        return
    moved = library.parent / drop.relative_to(home)
    if await home_move.within_time(lambda: home_move.has_moved(drop, moved), False):
        raise RefusedError(
            f"The home was moved from {home} to {library.parent}, and its drop folder along with it, but the drop"
            f" folder is still set to {drop}: set THUMPER_DROP to {moved}. Nothing was changed."
        )


async def _refuse_unfinished(library: Path) -> None:
    """Refuse to begin where a restore was cut short: what is written there would block its next run."""
    note = library.parent / UNFINISHED_RESTORE
    if not note.exists():
        return
    msg = (
        f"A restore into {library.parent} was not finished. Run `thumper restore` again with the same backup"
    )
    if await Image.exists():
        raise RefusedError(f"{msg}: only its last step is missing.")
    raise RefusedError(f"{msg}; or, to go on without it, delete {library / 'originals'} and {note}.")


def _claim(library: Path, source_id: str) -> None:
    library.mkdir(parents=True, exist_ok=True)
    if any(library.iterdir()):
        msg = (
            f"{library} holds the library of another database, and this database has none yet. "
            "Set THUMPER_HOME to an empty folder, or THUMPER_DATABASE_URL to the database it belongs to."
        )
        raise RefusedError(msg)
    (library / MARKER).write_text(source_id + "\n")


def _check_marker(library: Path, source_id: str) -> None:
    if not _holds_marker(library, source_id):
        msg = (
            f"{library} is not the folder that this database knows under that path: {library / MARKER} should hold "
            f"{source_id}. Mount or restore the library there. To go on without it, write that line into the file."
            " If the home was moved, set THUMPER_HOME to where it is now."
        )
        raise RefusedError(msg)


def _holds_marker(library: Path, source_id: str) -> bool:
    try:
        return (library / MARKER).read_text(encoding="utf-8", errors="replace").strip() == source_id
    except OSError:
        return False


async def check_originals() -> None:
    """Raise `RefusedError` naming a folder that is watched on another machine and not mounted on this one."""
    # Not on the watcher's own machine, where the watcher itself judges what an empty folder means.
    rows = await client().execute_query_dict(
        """
        SELECT source.path, source.display_path, watcher.host FROM source
        CROSS JOIN LATERAL (
            SELECT host FROM process WHERE role = 'watch' AND heartbeat_at > now() - make_interval(secs => $1)
            ORDER BY heartbeat_at DESC LIMIT 1
        ) AS watcher
        WHERE source.state = 'online' AND source.kind = 'drop' AND watcher.host <> $2
            AND EXISTS (
                SELECT FROM dump JOIN image ON image.dump_id = dump.id
                WHERE dump.source_id = source.id AND position(source.path IN image.original_path) = 1)
        """,
        [DOWN_AFTER_S, socket.gethostname()],
    )
    for row in rows:
        if not has_entries(row["path"]):
            msg = (
                f"The photos of {row['display_path']} are watched on {row['host']} and not visible on this"
                " machine. Mount the folder here under the same path, or run the worker there."
            )
            raise RefusedError(msg)


async def sees_source_of(image_id: UUID) -> bool:
    """Return whether the drop folder of an image's original is there and answers; True for originals in the library."""
    rows = await client().execute_query_dict(
        """
        SELECT source.path, source.state FROM image JOIN dump ON dump.id = image.dump_id
        JOIN source ON source.id = dump.source_id AND source.kind = 'drop'
        WHERE image.id = $1 AND position(source.path IN image.original_path) = 1
        """,
        [image_id],
    )
    if not rows:
        return True
    if rows[0]["state"] != SourceState.ONLINE.value:
        return False
    return await home_move.within_time(lambda: has_entries(rows[0]["path"]), False)


def has_entries(folder: bytes) -> bool:
    """Return whether anything lies in a folder: a mount point without its disk is empty."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
