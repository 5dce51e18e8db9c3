"""Rows of deletions: which bytes people do not want to be taken in again.

What else becomes of a deleted image is written in `files/image_deletion.py`, and on the disk in `disk/erasure.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.images import delivered_names
from thumper.store.models import Deletion
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Conditions, Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where
from thumper.store.postgres.unnest import arrays, unnest

DELETIONS: Final = whole_table(Deletion)

STANDS: Final = "EXISTS (SELECT FROM deletion WHERE deletion.sha256 = {} AND deletion.undone_at IS NULL)"
"""SQL of whether bytes, by the SQL of their hash, are those of an image that was deleted."""

_FILES: Final = "file.reason = 'DELETED' AND file.sha256 = deletion.sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionSearch(Search[Deletion]):
    """Which deletions; every field that is given must hold, an empty filter means all."""

    listing = DELETIONS
    sorts = (
        sort(
            "DELETED",
            "When the image was deleted.",
            (Key("deletion.created_at", KeyKind.TIME), Key("deletion.id", KeyKind.ID)),
            names=("deleted-oldest", "deleted-newest"),
        ),
    )
    descending = True

    undone: bool | None = where(
        "Whether it was taken back; false finds those that stand.",
        "deletion.undone_at IS NOT NULL",
        otherwise="deletion.undone_at IS NULL",
    )
    dump_id: UUID | None = where("Of a photo that this dump had delivered.")
    file_name: str | None = where(
        f"Of a photo that was delivered in a file of this name: {delivered_names.NAMED}."
    )
    path: str | None = where(f"Of a photo that was delivered at this path, {delivered_names.PLACED}.")

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions; dump, name and path must hold for one and the same file."""
        conditions = Conditions()
        self.add_to(conditions)
        if self.dump_id is not None or self.file_name is not None or self.path is not None:
            conditions.clauses.append(
                delivered_names.delivered(
                    conditions, _FILES, name=self.file_name, path=self.path, dump_id=self.dump_id
                )
            )
        return conditions


async def find(connection: BaseDBAsyncClient, hashes: Collection[bytes]) -> dict[bytes, dt.datetime]:
    """Return when the images with these hashes were deleted, by hash; those of which no deletion stands are missing."""
    if not hashes:
        return {}
    rows = await connection.execute_query_dict(
        "SELECT sha256, created_at FROM deletion WHERE sha256 = ANY($1) AND undone_at IS NULL",
        [sorted(hashes)],
    )
    return {bytes(row["sha256"]): row["created_at"] for row in rows}


_MAKE: Final = """
INSERT INTO deletion (id, sha256, note, arrived)
SELECT fresh.id, image.sha256, $3, image.arrived FROM unnest($1::uuid[], $2::uuid[]) AS fresh(id, image_id)
JOIN image ON image.id = fresh.image_id
"""


async def make(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID], *, note: str) -> list[UUID]:
    """Record that images are deleted, before they are; return the ids of the deletions, in the same order."""
    made = [new_id() for _ in image_ids]
    await transaction.execute_query_dict(_MAKE, [made, list(image_ids), note])
    return made


_PAIRS: Final = {"whole": "bytea", "part": "bytea"}
_EXTEND: Final = f"""
INSERT INTO deletion (id, sha256, note, created_at, arrived)
SELECT DISTINCT ON (fresh.whole) gen_random_uuid(), fresh.whole, deletion.note, deletion.created_at, deletion.arrived
FROM {unnest(_PAIRS)} JOIN deletion ON deletion.sha256 = fresh.part AND deletion.undone_at IS NULL
WHERE deletion.arrived IS NOT NULL ORDER BY fresh.whole, deletion.created_at
ON CONFLICT (sha256) WHERE undone_at IS NULL DO UPDATE SET arrived = coalesce(deletion.arrived, excluded.arrived)
"""


async def extend(transaction: BaseDBAsyncClient, wholes: Collection[tuple[bytes, bytes]]) -> None:
    """Delete the whole of photos of which a part was deleted, given as pairs of both hashes.

    All that were made of one part have its `arrived`, so they are taken back together.
    """
    if wholes:
        await transaction.execute_query_dict(_EXTEND, arrays(sorted(wholes)))


_OF_ONE_PART: Final = """
UPDATE deletion SET undone_at = now() WHERE undone_at IS NULL AND (id = ANY($1)
    OR arrived IN (SELECT own.arrived FROM deletion AS own WHERE own.id = ANY($1) AND own.arrived IS NOT NULL))
RETURNING sha256
"""


async def take_back(transaction: BaseDBAsyncClient, deletion_ids: Sequence[UUID]) -> list[bytes]:
    """Take deletions back, with those of the same photo's parts; return all hashes.

    Raises `NoRecordError`, or `InvalidValueError` when one was taken back already; then all stay as they are.
    """
    rows = await transaction.execute_query_dict(
        "SELECT id, sha256, undone_at FROM deletion WHERE id = ANY($1) ORDER BY id FOR UPDATE",
        [list(deletion_ids)],
    )
    if len(rows) < len(set(deletion_ids)):
        raise NoRecordError("deletion", "deletion_ids")
    for row in rows:
        if row["undone_at"] is not None:
            when = f"{row['undone_at']:%Y-%m-%d %H:%M} UTC"
            raise InvalidValueError(f"A deletion was taken back already, at {when}.", "deletion_ids")
    undone = await transaction.execute_query_dict(_OF_ONE_PART, [list(deletion_ids)])
    return sorted(bytes(row["sha256"]) for row in undone)
