"""Looking cameras up, and how many images each took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.entered_text import part_of_name
from thumper.store.models import Camera
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

_ID: Final = Key("camera.id", KeyKind.ID)
_MODEL: Final = (
    # Serial number and name are null where they are withheld.
    *(Key(f"coalesce(camera.{column}, '')", KeyKind.TEXT) for column in ("make", "model", "serial", "name")),
    _ID,
)
_CREATED: Final = (Key("camera.created_at", KeyKind.TIME), _ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSearch(Search[Camera]):
    """Which cameras; every field that is given must hold, an empty filter means all."""

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

    serial: str | None = where("With exactly this serial number.", "camera.serial = {}")
    name_contains: str | None = where(
        "Whose name contains this, whatever the case.",
        "strpos(lower(normalize(camera.name, NFC)), lower({})) > 0",  # as the camera wrote it
        read=part_of_name,
    )
    location_id: UUID | None = where(
        "With a deployment at this location, also one that has ended.",
        "EXISTS (SELECT FROM deployment WHERE deployment.camera_id = camera.id AND deployment.location_id = {})",
    )


async def image_counts(camera_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each camera."""
    return await count_by("image", "camera_id", camera_ids)
