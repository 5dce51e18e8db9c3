"""Recording which photos of a dump have a doubtful clock, once all of them have arrived."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.card_order import slot_of
from thumper.domain.clock_doubt import LEAP, NewYear, Shown, doubts, new_years
from thumper.store.images import image_lock
from thumper.store.images.image_doubt import IS_AHEAD
from thumper.store.models import Dump

# The path as it is shown: that of an upload is the name alone, below no folder of its own.
# Duplicates count as neighbours: a card that was not wiped delivers its old photos again beside the new ones.
# The satellites' clock is not the camera's, and is not compared with it. What is ahead of its arrival is no measure for
# the others.
_PHOTOS: Final = f"""
SELECT DISTINCT ON (image.id) image.id, image.dump_id = $1 AS own, image.camera_id, image.taken_local,
    image.clock_doubt, file.display_path
FROM file JOIN image ON image.id = file.image_id
WHERE file.dump_id = $1 AND image.taken_local IS NOT NULL
    AND image.clock_source <> 'gps' AND image.clock_doubt IS DISTINCT FROM 'year_out_of_range' AND NOT {IS_AHEAD}
ORDER BY image.id, file.state DESC, file.id
"""

_CONTINUED: Final = """
SELECT wanted.camera_id, wanted.year
FROM unnest($1::uuid[], $2::int[]) AS wanted(camera_id, year)
WHERE EXISTS (
    SELECT FROM image WHERE image.camera_id = wanted.camera_id
        AND image.taken_local < make_timestamp(wanted.year, 1, 1, 0, 0, 0)
        AND image.taken_local >= make_timestamp(wanted.year, 1, 1, 0, 0, 0) - $3::interval
)
"""

_AT_ONCE: Final = 5000
"""Images written at a time."""

_WRITE: Final = """
UPDATE image SET clock_doubt = fresh.doubt FROM unnest($1::uuid[], $2::text[]) AS fresh(id, doubt)
WHERE image.id = fresh.id
"""


async def note(transaction: BaseDBAsyncClient, dump_id: UUID) -> bool:
    """Compare the clocks of a dump's photos and record which are doubted, and which no longer are.

    Return whether that changed for any. An impossible year was recorded when the photo arrived, and stays. The caller
    shares the clock lock.
    """
    # Records instead of dictionaries: a dump may have a hundred thousand photos.
    _, rows = await transaction.execute_query(_PHOTOS, [dump_id])
    photos = await asyncio.to_thread(_shown, rows)
    if not photos:
        return False
    continued = await _continued(transaction, new_years(photos))
    found = await asyncio.to_thread(
        doubts, photos, continued=continued, arrived=await _arrived(transaction, dump_id)
    )
    changed = {
        row["id"]: found.get(row["id"])
        for row in rows
        if row["own"] and row["clock_doubt"] != found.get(row["id"])
    }
    ordered = sorted(changed)
    for start in range(0, len(ordered), _AT_ONCE):
        ids = ordered[start : start + _AT_ONCE]
        await image_lock.lock(transaction, ids)
        await transaction.execute_query_dict(_WRITE, [ids, [changed[image_id] for image_id in ids]])
    return bool(changed)


def _shown(rows: Sequence[dict[str, Any]]) -> list[Shown]:
    return [
        Shown(row["id"], row["camera_id"], slot_of(row["display_path"].encode()), row["taken_local"])
        for row in rows
    ]


async def _arrived(transaction: BaseDBAsyncClient, dump_id: UUID) -> dt.datetime:
    """Return when a dump was first seen, as a clock in Greenwich showed it."""
    dump = await Dump.get(id=dump_id, using_db=transaction)
    return dump.first_seen_at.astimezone(dt.UTC).replace(tzinfo=None)


async def _continued(transaction: BaseDBAsyncClient, begun: Collection[NewYear]) -> set[NewYear]:
    """Return those of the new years into which photos of the camera, from whatever dump, lead without a gap."""
    asked = [(camera, year) for camera, year in begun if isinstance(camera, UUID)]
    if not asked:
        return set()
    rows = await transaction.execute_query_dict(
        _CONTINUED, [[camera for camera, _ in asked], [year for _, year in asked], LEAP]
    )
    return {(row["camera_id"], row["year"]) for row in rows}
