"""Looking cameras up, and how many images each took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from thumper.store.models import Camera
from thumper.store.postgres.grouped_count import count_by
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
    return await count_by("image", "camera_id", camera_ids)
