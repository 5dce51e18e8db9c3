"""Noting which boxes of models repeat one that a person drew: an animal counts once, whatever detector looks later."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.detection import DUPLICATE_IOU

STANDS: Final = "drawn.drawn_by IS NOT NULL AND drawn.shown AND drawn.verdict IS DISTINCT FROM 'rejected'"
"""SQL of whether `drawn` is a box that a person drew and that counts."""

# As `domain.box.iou` has it.
_SHARED: Final = (
    "greatest(least(drawn.x + drawn.width, box.x + box.width) - greatest(drawn.x, box.x), 0)"
    " * greatest(least(drawn.y + drawn.height, box.y + box.height) - greatest(drawn.y, box.y), 0)"
)
_BOTH: Final = "drawn.width * drawn.height + box.width * box.height"

_NOTE: Final = f"""
WITH fresh AS (
    SELECT box.id, (
        SELECT drawn.id FROM detection AS drawn WHERE drawn.image_id = box.image_id AND {STANDS}
            AND {_SHARED} > {DUPLICATE_IOU} * ({_BOTH} - {_SHARED})
        ORDER BY {_SHARED} DESC, drawn.id LIMIT 1
    ) AS repeats_id
    FROM detection AS box WHERE box.drawn_by IS NULL AND box.image_id IN (
        SELECT image_id FROM detection WHERE drawn_by IS NOT NULL AND image_id = ANY($1::uuid[]))
)
UPDATE detection SET repeats_id = fresh.repeats_id FROM fresh
WHERE detection.id = fresh.id AND detection.repeats_id IS DISTINCT FROM fresh.repeats_id
"""


async def note(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> None:
    """Note it for all boxes of models on images, which are locked; on most images people drew none."""
    await transaction.execute_query_dict(_NOTE, [sorted(set(image_ids))])
