"""Handing what people said of where an incomplete photo is from over to the whole one of the same path.

A change of places that moved the one then has moved the other, and takes it back as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry
from thumper.store.images import image_lock
from thumper.store.places import placement
from thumper.store.postgres.unnest import arrays, unnest

_PAIRS: Final = {"part_id": "uuid", "whole_id": "uuid"}

# A photo that was here before keeps its place, and what was said of it.
_HEIRS: Final = f"""
SELECT DISTINCT ON (whole.id) part.id AS part_id, whole.id AS whole_id, part.location_id,
    whole.location_id IS DISTINCT FROM part.location_id AS moves
FROM {unnest(_PAIRS)} JOIN image AS part ON part.id = fresh.part_id JOIN image AS whole ON whole.id = fresh.whole_id
JOIN image_move ON image_move.image_id = part.id
JOIN relocation ON relocation.id = image_move.relocation_id AND relocation.undone_at IS NULL
WHERE (whole.location_id IS NULL OR whole.location_id = part.location_id) AND NOT EXISTS (
    SELECT FROM image_move AS own JOIN relocation AS said ON said.id = own.relocation_id
    WHERE own.image_id = whole.id AND said.undone_at IS NULL
)
ORDER BY whole.id, relocation.created_at DESC
"""

_COPY: Final = f"""
INSERT INTO image_move (relocation_id, image_id, location_id, deployment_id)
SELECT image_move.relocation_id, fresh.whole_id, image_move.location_id, image_move.deployment_id
FROM {unnest(_PAIRS)} JOIN image_move ON image_move.image_id = fresh.part_id
ON CONFLICT (relocation_id, image_id) DO NOTHING
"""


async def hand_over(
    transaction: BaseDBAsyncClient, pairs: Sequence[tuple[UUID, UUID]], *, server_zone: ZoneInfo
) -> list[FeedEntry]:
    """Record of whole photos what was said of their parts, given as pairs of both; move those that have no place.

    The caller shares the clock lock and has locked the cameras. Returns the feed entries, to be appended at the end of
    the transaction.
    """
    rows = await transaction.execute_query_dict(_HEIRS, arrays(pairs))
    if not rows:
        return []
    moving: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        if row["moves"]:
            moving[row["location_id"]].append(row["whole_id"])
    entries: list[FeedEntry] = []
    for location_id, image_ids in sorted(moving.items()):
        await image_lock.lock(transaction, image_ids)
        moved = await placement.move(transaction, image_ids, location_id, server_zone=server_zone)
        entries += moved.entries
    heirs = [(row["part_id"], row["whole_id"]) for row in rows]
    await transaction.execute_query_dict(_COPY, arrays(heirs))
    return entries
