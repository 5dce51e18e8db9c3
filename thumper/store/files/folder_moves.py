"""What follows when folders lie elsewhere: the sources that are these folders, and the originals in them.

Files keep their paths, which are relative to their source, so none is new. Nothing on a disk is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.path_text import readable

_MOVED: Final = """
UPDATE image SET original_path = moved.place FROM (
    SELECT DISTINCT ON (image.id) image.id, move.target || substring(original_path FROM length(move.origin) + 1)
        AS place
    FROM image JOIN unnest($1::bytea[], $2::bytea[]) AS move(origin, target)
        ON substring(original_path FROM 1 FOR length(move.origin)) = move.origin
    {among}
    ORDER BY image.id, length(move.origin) DESC
) AS moved
WHERE image.id = moved.id AND original_path <> moved.place
"""
MOVE_FOLDERS: Final = _MOVED.format(among="")
"""Records where originals lie now. The longest folder counts: a library may lie in a hidden folder of the drop folder.

The parameters are folders as they were and as they are, each ending with a slash."""

_MOVE_SOME: Final = _MOVED.format(among="WHERE image.id > $3 AND ($4::uuid IS NULL OR image.id <= $4)")

MOVE_SOURCE: Final = "UPDATE source SET path = $2, display_path = $3 WHERE id = $1"

_IMAGES: Final = 10_000
"""Images in one statement, which must not take a minute (`connect.STATEMENT_S`): 200,000 took 29 s on two cores."""
_FIRST: Final = UUID(int=0)
_UP_TO: Final = "SELECT id FROM image WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1"


@dataclass(frozen=True, slots=True)
class FolderMove:
    """A folder of a source: where it was, and where it is; one that stays keeps what lies in it where it is."""

    source_id: UUID
    was: bytes
    now: bytes
    renamed: bool = True
    """Whether the source gets the new path; not if another source has it."""
    is_drop: bool = False


def slashed(folder: bytes) -> bytes:
    """Return a folder with one slash at its end."""
    return folder.rstrip(b"/") + b"/"


async def follow(transaction: BaseDBAsyncClient, moves: Sequence[FolderMove]) -> int:
    """Record that folders lie elsewhere; return how many originals follow."""
    for move in moves:
        if move.renamed:
            await transaction.execute_query(MOVE_SOURCE, [move.source_id, move.now, readable(move.now)])
    folders = [slashed(move.was) for move in moves], [slashed(move.now) for move in moves]
    after, originals = _FIRST, 0
    while True:
        rows = await transaction.execute_query_dict(_UP_TO, [after, _IMAGES - 1])
        up_to = rows[0]["id"] if rows else None
        originals += (await transaction.execute_query(_MOVE_SOME, [*folders, after, up_to]))[0]
        if up_to is None:
            return originals
        after = up_to
