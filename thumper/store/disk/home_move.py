"""A home that lies elsewhere than recorded: what is known of both places, and the new one made the recorded one.

Originals that are kept in the library follow, and so do drop folders that lay in the home. Refuses nothing itself:
what speaks against it is in `thumper.domain.home_move`. Nothing on a disk is touched.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.background import in_daemon_thread
from thumper.domain.home_move import LATELY_S, HomeMove, OldPlace
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.store.files import folder_moves
from thumper.store.files.folder_moves import FolderMove, slashed
from thumper.store.models import Source
from thumper.store.postgres.connect import client
from thumper.store.status import processes

T = TypeVar("T")

ANSWER_S: Final = 3.0
"""How long a folder may take to answer: shares hang."""

_SAMPLE: Final = 100
"""Latest kept originals that are looked for in the new place: a move that was cut short, or an old copy, lacks some."""

_LATEST: Final = """
SELECT original_path AS path FROM image WHERE substring(original_path FROM 1 FOR length($1::bytea)) = $1
ORDER BY created_at DESC, id DESC LIMIT $2
"""
_WITHIN: Final = """
SELECT source.id, kind, path FROM source WHERE substring(path FROM 1 FOR length($1::bytea)) = $1 ORDER BY path
"""
_MAKE_WAY: Final = """
DELETE FROM source WHERE kind = $1 AND path = $2 AND NOT EXISTS (SELECT FROM dump WHERE dump.source_id = source.id)
"""
_TAKEN: Final = "SELECT FROM source WHERE kind = $1 AND path = $2"
# Only who may read all settings may ask for this one; others have a server of their own, which no home holds.
_DATA_DIRECTORY: Final = """
SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') END
    AS folder
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedHome:
    """A home that was adopted where it lies now, as text."""

    was: str
    now: str
    originals: int
    drop_folders: tuple[str, ...]
    """Where drop folders lie now that lay in it."""
    left_behind: tuple[str, ...] = ()
    """Drop folders in it that still lie where they lay."""

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        drops = "".join(f" The drop folder is {folder} now." for folder in self.drop_folders)
        drops += "".join(
            f" The drop folder {folder} was left where it is: set THUMPER_DROP to it, to go on watching it."
            for folder in self.left_behind
        )
        return (
            f"The home was moved from {self.was} to {self.now}, and originals in it ({self.originals:,}) follow."
            f"{drops} Nothing is taken in again."
        )


async def look(source: Source, library: Path, *, is_ours: bool, host: str) -> HomeMove:
    """Return what is known of a library that does not lie where `source`, the upload source, says."""
    was = bytes(source.path)
    brings_database = await is_with_database(library.parent)
    looked_for, missing = (await _sample(was, library)) if is_ours else (0, 0)
    return HomeMove(
        was=readable(was),
        now=readable(bytes(library)),
        host=host,
        claimed_by=source.host,
        is_ours=is_ours,
        old_place=await within_time(lambda: old_place(path_of(was), library), OldPlace.SILENT),
        brings_database=brings_database,
        signs=await processes.heard_of(within_s=LATELY_S, host=host),
        looked_for=looked_for,
        missing=missing,
    )


async def adopt(transaction: BaseDBAsyncClient, source: Source, library: Path, *, host: str) -> MovedHome:
    """Record that the home lies where `library` is, with all that lay in it; the caller holds the lock of the claim."""
    was, now = path_of(source.path).parent, library.parent
    moves = await lying_within(transaction, was, now)
    moves = [move for move in moves if move.source_id != source.id]
    own = FolderMove(source.id, bytes(source.path), bytes(library))
    originals = await folder_moves.follow(transaction, [own, *moves])
    await Source.filter(id=source.id).using_db(transaction).update(host=host)
    return MovedHome(
        was=readable(bytes(was)),
        now=readable(bytes(now)),
        originals=originals,
        drop_folders=tuple(readable(move.now) for move in moves if move.is_drop and move.was != move.now),
        left_behind=tuple(readable(move.was) for move in moves if move.is_drop and move.was == move.now),
    )


async def lying_within(transaction: BaseDBAsyncClient, was: Path, now: Path) -> list[FolderMove]:
    """Return where the sources within a folder lie when that folder lies elsewhere; a library stays where it is."""
    moves = []
    for row in await transaction.execute_query_dict(_WITHIN, [slashed(bytes(was))]):
        kind, path = SourceKind(row["kind"]), path_of(row["path"])
        moved = now / path.relative_to(was)
        if kind is SourceKind.UPLOAD or not await within_time(partial(has_moved, path, moved), False):
            moved = path
        renamed = moved != path and await make_way(transaction, kind, bytes(moved))
        is_drop = kind is SourceKind.DROP
        moves.append(FolderMove(row["id"], bytes(path), bytes(moved), renamed=renamed, is_drop=is_drop))
    return moves


async def make_way(transaction: BaseDBAsyncClient, kind: SourceKind, path: bytes) -> bool:
    """Delete the source at a path if it never brought anything; return whether the path is free."""
    await transaction.execute_query(_MAKE_WAY, [kind.value, path])
    return not await transaction.execute_query_dict(_TAKEN, [kind.value, path])


def path_of(path: bytes) -> Path:
    """Return a path of the database as one of this machine."""
    return Path(os.fsdecode(path))


async def within_time(ask: Callable[[], T], otherwise: T) -> T:
    """Ask a file system; return `otherwise` if it does not answer in time."""
    try:
        return await asyncio.wait_for(in_daemon_thread(ask), ANSWER_S)
    except TimeoutError:
        return otherwise


def old_place(was: Path, now: Path) -> OldPlace:
    """Return what lies where a folder was, as seen from where it is said to be now."""
    try:
        was.stat()
        if now.is_dir() and was.samefile(now):
            return OldPlace.SAME
        return OldPlace.NOTHING if was.is_dir() and not any(was.iterdir()) else OldPlace.SOMETHING
    except (FileNotFoundError, NotADirectoryError):
        return OldPlace.NOTHING
    except OSError:  # it cannot be read, but something is there
        return OldPlace.SOMETHING


def has_moved(was: Path, now: Path) -> bool:
    """Return whether a folder lies at its new place and not at its old one."""
    return now.is_dir() and old_place(was, now) in {OldPlace.NOTHING, OldPlace.SAME}


async def is_with_database(home: Path) -> bool:
    """Return whether the database's own files lie in a home."""
    rows = await client().execute_query_dict(_DATA_DIRECTORY)
    folder = rows[0]["folder"]
    return folder is not None and Path(folder) == home / "postgres"


async def _sample(was: bytes, library: Path) -> tuple[int, int]:
    """Return how many of the latest kept originals were looked for in a library, and how many are missing."""
    origin, target = slashed(was), slashed(bytes(library))
    rows = await client().execute_query_dict(_LATEST, [origin, _SAMPLE])
    paths = [target + bytes(row["path"]).removeprefix(origin) for row in rows]
    missing = await within_time(lambda: sum(not os.path.lexists(path) for path in paths), len(paths))
    return len(paths), missing
