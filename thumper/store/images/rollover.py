"""Noting where a camera's counter went round within one instant, as in a burst over 9999 and 0001.

One name alone does not show it, so it is done when all photos of a dump have arrived.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.card_order import Slot, begun_anew, behind_the_end, slot_of
from thumper.store.images import image_lock

_BESIDE: Final = """
SELECT id, sort_at, sort_name, file_name FROM (
    SELECT id, sort_at, sort_name, file_name, count(*) OVER (PARTITION BY sort_at) AS images
    FROM image WHERE dump_id = $1 AND taken_at IS NOT NULL AND sort_name <> ''
) AS shown WHERE images > 1
"""
_WRITE: Final = """
UPDATE image SET sort_name = fresh.name FROM unnest($1::uuid[], $2::text[]) AS fresh(id, name)
WHERE image.id = fresh.id
"""

_Burst: TypeAlias = tuple[dt.datetime, str, bytes]
"""Instant, camera and folder, and series of photos whose numbers can be compared."""


async def note(transaction: BaseDBAsyncClient, dump_id: UUID) -> None:
    """Order the photos of each instant of a dump so that a counter that went round goes on behind its end."""
    _, rows = await transaction.execute_query(_BESIDE, [dump_id])
    changed = await asyncio.to_thread(_changed, rows)
    if changed:
        ordered = sorted(changed)
        await image_lock.lock(transaction, ordered)
        await transaction.execute_query_dict(_WRITE, [ordered, [changed[image_id] for image_id in ordered]])


def _changed(rows: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    """Return the sort names that are not as they should be, by image."""
    bursts: dict[_Burst, dict[UUID, Slot]] = {}
    for row in rows:
        slot = slot_of(row["file_name"].encode())
        place = row["sort_name"].rsplit("\t", 2)[0]
        bursts.setdefault((row["sort_at"], place, slot.series), {})[row["id"]] = slot
    behind = {image_id for slots in bursts.values() for image_id in begun_anew(slots)}
    names = {row["id"]: behind_the_end(row["sort_name"], begun_anew=row["id"] in behind) for row in rows}
    return {row["id"]: names[row["id"]] for row in rows if names[row["id"]] != row["sort_name"]}
