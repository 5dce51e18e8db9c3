"""Looking cameras up, and how many images each took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from thumper.store.models import Camera
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort

_ID: Final = Key("camera.id", KeyKind.ID)
_MODEL: Final = (
    *(Key(f"camera.{column}", KeyKind.TEXT) for column in ("make", "model", "serial", "name")),
    _ID,
)
_CREATED: Final = (Key("camera.created_at", KeyKind.TIME), _ID)


class CameraSearch(Search[Camera]):
    """Which cameras."""

    listing = whole_table(Camera)
    sorts = (
        sort(
            "MODEL",
            "Maker, model, serial number and name, in this order.",
            _MODEL,
            names=("model-a-z", "model-z-a"),
        ),
        sort(
            "CREATED",
            "When Thumper first saw a photo of it.",
            _CREATED,
            names=("created-oldest", "created-newest"),
        ),
    )


async def image_counts(camera_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each camera."""
    rows = await client().execute_query_dict(
        "SELECT camera_id, count(*) AS total FROM image WHERE camera_id = ANY($1::uuid[]) GROUP BY camera_id",
        [list(camera_ids)],
    )
    found = {row["camera_id"]: row["total"] for row in rows}
    return {camera_id: found.get(camera_id, 0) for camera_id in camera_ids}
