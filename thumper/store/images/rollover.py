"""Noting where a camera's counter went round within one instant, as in a burst over 9999 and 0001.

One name alone does not show it, so it is done when all photos of a dump have arrived. The photos before it may have
come with an earlier dump.
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

# Sort names of one camera and folder lie between the tab behind it and the byte after the tab. OFFSET keeps PostgreSQL
# from reading the whole table for a small dump.
_BESIDE: Final = r"""
WITH own AS (
    SELECT DISTINCT sort_at, substring(sort_name FROM '^[^\t]*\t[^\t]*') AS place
    FROM image WHERE dump_id = $1 AND taken_at IS NOT NULL AND sort_name <> ''
)
SELECT id, sort_at, place, sort_name, file_name FROM (
    SELECT beside.id, own.sort_at, own.place, beside.sort_name, beside.file_name,
        count(*) OVER (PARTITION BY own.sort_at, own.place) AS images
    FROM own CROSS JOIN LATERAL (
        SELECT id, sort_name, file_name FROM image WHERE sort_at = own.sort_at AND taken_at IS NOT NULL
            AND sort_name >= own.place || E'\t' AND sort_name < own.place || E'\n' OFFSET 0
    ) AS beside
) AS shown WHERE images > 1
"""
_WRITE: Final = """
UPDATE image SET sort_name = fresh.name FROM unnest($1::uuid[], $2::text[]) AS fresh(id, name)
WHERE image.id = fresh.id
"""

_Burst: TypeAlias = tuple[dt.datetime, str, bytes]
"""Instant, camera and folder, and series of photos whose numbers can be compared."""


async def note(transaction: BaseDBAsyncClient, dump_id: UUID) -> None:
    """Order all photos of each instant of a dump so that a counter that went round goes on behind its end."""
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
        bursts.setdefault((row["sort_at"], row["place"], slot.series), {})[row["id"]] = slot
    behind = {image_id for slots in bursts.values() for image_id in begun_anew(slots)}
    names = {row["id"]: behind_the_end(row["sort_name"], begun_anew=row["id"] in behind) for row in rows}
    return {row["id"]: names[row["id"]] for row in rows if names[row["id"]] != row["sort_name"]}
