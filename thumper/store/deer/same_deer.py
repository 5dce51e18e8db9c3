"""Keeping a deer from being in an image twice, once in a box of a model and once in a box that a person drew.

Of the boxes of one detector PostgreSQL itself refuses it. What a person drew counts beside those of any detector.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.store.images.detections import COUNTED
from thumper.store.models import Detection

_OTHER: Final = f"""
SELECT other.id FROM sighting JOIN detection AS other ON other.id = sighting.detection_id
WHERE sighting.image_id = $1 AND sighting.deer_id = $2 AND other.id <> $3
    AND (other.drawn_by IS NOT NULL OR $4) AND other.detector_id = ANY({COUNTED})
"""


async def other_box(transaction: BaseDBAsyncClient, detection: Detection, deer_id: UUID) -> Detection | None:
    """Return the box of the same image that is the deer already and counts beside this one; the image is locked."""
    drawn = detection.drawn_by is not None
    rows = await transaction.execute_query_dict(_OTHER, [detection.image_id, deer_id, detection.id, drawn])
    return await Detection.get(id=rows[0]["id"], using_db=transaction) if rows else None
