"""Looking cameras up, and how many images each took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from thumper.store.models import Camera
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Key, Kind, Order, whole_table

CAMERAS: Final = whole_table(Camera)

_ID: Final = Key("camera.id", Kind.ID)
_MODEL: Final = (*(Key(f"camera.{column}", Kind.TEXT) for column in ("make", "model", "serial", "name")), _ID)
_CREATED: Final = (Key("camera.created_at", Kind.TIME), _ID)
MODEL_A_TO_Z: Final = Order("model-a-z", _MODEL, descending=False)
MODEL_Z_TO_A: Final = Order("model-z-a", _MODEL, descending=True)
CREATED_NEWEST: Final = Order("created-newest", _CREATED, descending=True)
CREATED_OLDEST: Final = Order("created-oldest", _CREATED, descending=False)


async def image_counts(camera_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each camera."""
    rows = await client().execute_query_dict(
        "SELECT camera_id, count(*) AS total FROM image WHERE camera_id = ANY($1::uuid[]) GROUP BY camera_id",
        [list(camera_ids)],
    )
    found = {row["camera_id"]: row["total"] for row in rows}
    return {camera_id: found.get(camera_id, 0) for camera_id in camera_ids}
