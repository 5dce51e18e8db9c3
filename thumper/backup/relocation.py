"""Adapts a restored database to this machine: its folders, its queue, its processes.

Photos are found by absolute path, and a home or a drop folder may lie elsewhere now. What an earlier machine held
when the database was copied, leases and signs of life, is let go. No worker died of an image, so none is blamed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from thumper.domain.path_text import readable
from thumper.errors import RefusedError
from thumper.store.files.folder_moves import MOVE_FOLDERS, MOVE_SOURCE, slashed
from thumper.store.images.image_rows import MOVE_ORIGINALS
from thumper.store.queue import leases

_SOURCES: Final = """
SELECT id, kind, path FROM source WHERE kind IN ('upload', 'drop') ORDER BY last_scan_at DESC NULLS LAST, id DESC
"""
# Numbers of devices and inodes mean nothing on another machine; whether a folder can be read is found out anew.
_FORGET: Final = (
    "UPDATE source SET device_id = NULL, inode = NULL, watch_mode = NULL, watch_note = NULL, host = NULL",
    "DELETE FROM process",
    leases.RELEASE_ALL,
)


@dataclass(slots=True)
class MovedFolder:
    """A folder of a source: where it was on the earlier machine, and where it is."""

    source_id: UUID
    was: bytes
    now: bytes = b""

    def __post_init__(self) -> None:
        self.now = self.was


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the library, whose marker holds its source's id, and the drop folder that was walked last were and are."""

    library: MovedFolder | None
    drop: MovedFolder | None


async def settle_in(connection: asyncpg.Connection, library: Path, *, drop: Path | None) -> Whereabouts:
    """Move library and drop folder to where they are here, and let go of what the earlier machine held.

    Without `drop`, a drop folder that lay in the earlier home lies in this one, and any other where it lay.
    Raises `RefusedError` if another drop folder of the database lies at `drop`.
    """
    for statement in _FORGET:
        await connection.execute(statement)
    found: dict[str, MovedFolder] = {}
    for row in await connection.fetch(_SOURCES):
        found.setdefault(row["kind"], MovedFolder(row["id"], row["path"]))
    uploads, drop_folder = found.get("upload"), found.get("drop")
    if uploads is not None:
        uploads.now = bytes(library)
    if drop_folder is not None:
        drop_folder.now = _new_drop(drop_folder.was, uploads, drop)
        await _refuse_taken(connection, drop_folder)
    for place in found.values():
        await connection.execute(MOVE_SOURCE, place.source_id, place.now, readable(place.now))
    places = found.values()
    await connection.execute(
        MOVE_FOLDERS, [slashed(place.was) for place in places], [slashed(place.now) for place in places]
    )
    return Whereabouts(uploads, drop_folder)


def _new_drop(was: bytes, uploads: MovedFolder | None, given: Path | None) -> bytes:
    if given is not None:
        return bytes(given)
    if uploads is not None and was == _beside(uploads.was):
        return _beside(uploads.now)
    return was


def _beside(library: bytes) -> bytes:
    """Return the drop folder of the home that a library lies in."""
    return os.path.dirname(library) + b"/drop"  # noqa: PTH120  # Path has no bytes


async def _refuse_taken(connection: asyncpg.Connection, drop: MovedFolder) -> None:
    if await connection.fetch(
        "SELECT 1 FROM source WHERE kind = 'drop' AND path = $1 AND id <> $2", drop.now, drop.source_id
    ):
        raise RefusedError(
            f"The backup knows two drop folders, and {readable(drop.now)} is the earlier one: name another folder "
            "with --drop, and copy or mount the photos there. Nothing was changed."
        )


async def note_originals(connection: asyncpg.Connection, places: dict[UUID, bytes]) -> None:
    """Record where originals lie that were copied into the library."""
    await connection.execute(MOVE_ORIGINALS, list(places), list(places.values()))
