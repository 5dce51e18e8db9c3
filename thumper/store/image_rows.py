"""Writing new images and the cameras that took them, hundreds at a time.

Rows are inserted in the order of their keys, so that two processes that admit the
same photos wait for each other instead of deadlocking.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.capture_time import CaptureTime
from thumper.store.ids import new_id
from thumper.store.models.image import UNTIMED_SORT_AT


class CameraKey(NamedTuple):
    """A device by what it writes of itself; empty where it writes nothing."""

    make: str = ""
    model: str = ""
    serial: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImage:
    """Everything recorded of a photo when it is admitted. Sizes are those of the upright picture."""

    id: UUID
    sha256: bytes
    size_bytes: int
    media_type: str
    file_name: str
    original_path: bytes
    width_px: int
    height_px: int
    capture: CaptureTime
    camera_id: UUID | None
    location_id: UUID | None
    dump_id: UUID
    position: tuple[float, float] | None
    """Latitude and longitude in degrees."""
    exif: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """An image that is known: where its original is said to be, and how large."""

    id: UUID
    sha256: bytes
    original_path: bytes
    size_bytes: int


async def find(connection: BaseDBAsyncClient, hashes: Collection[bytes]) -> dict[bytes, StoredImage]:
    """Give the images that have such bytes, by SHA-256."""
    rows = await connection.execute_query_dict(
        "SELECT id, sha256, original_path, size_bytes FROM image WHERE sha256 = ANY($1)", [sorted(hashes)]
    )
    images = (StoredImage(**row) for row in rows)
    return {image.sha256: image for image in images}


_MAKE_CAMERAS: Final = """
INSERT INTO camera (id, make, model, serial, name)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
ON CONFLICT (make, model, serial, name) DO NOTHING
"""

_FIND_CAMERAS: Final = """
SELECT camera.id, camera.make, camera.model, camera.serial, camera.name
FROM camera JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS wanted(make, model, serial, name)
    USING (make, model, serial, name)
"""


async def cameras(transaction: BaseDBAsyncClient, keys: Collection[CameraKey]) -> dict[CameraKey, UUID]:
    """Give the ids of devices, recorded where they are new. A device that says nothing has none."""
    wanted = sorted({key for key in keys if any(key)})
    if not wanted:
        return {}
    columns: list[list[Any]] = [list(column) for column in zip(*wanted, strict=True)]
    found = await transaction.execute_query_dict(_FIND_CAMERAS, columns)
    if len(found) < len(wanted):
        await transaction.execute_query_dict(_MAKE_CAMERAS, [[new_id() for _ in wanted], *columns])
        found = await transaction.execute_query_dict(_FIND_CAMERAS, columns)
    return {CameraKey(row["make"], row["model"], row["serial"], row["name"]): row["id"] for row in found}


_INSERT: Final = """
INSERT INTO image (id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px,
    taken_at, sort_at, taken_local, time_source, clock_offset_s, camera_id, location_id, dump_id,
    latitude, longitude, exif, damaged, state)
SELECT id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px,
    taken_at, coalesce(taken_at, $16), taken_local, time_source, 0, camera_id, location_id, dump_id,
    latitude, longitude, exif::jsonb, FALSE, 'pending'
FROM unnest($1::uuid[], $2::bytea[], $3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::int[], $8::int[],
        $9::timestamptz[], $10::timestamp[], $11::text[], $12::uuid[], $13::uuid[], $14::uuid[],
        $15::float8[], $17::float8[], $18::text[])
    AS fresh(id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px,
        taken_at, taken_local, time_source, camera_id, location_id, dump_id, latitude, longitude, exif)
ORDER BY sha256
ON CONFLICT (sha256) DO NOTHING
RETURNING id
"""


async def insert(transaction: BaseDBAsyncClient, images: Sequence[NewImage]) -> set[UUID]:
    """Record images as pending; give the ids of those that really were new."""
    if not images:
        return set()
    rows = await transaction.execute_query_dict(
        _INSERT,
        [
            [image.id for image in images],
            [image.sha256 for image in images],
            [image.size_bytes for image in images],
            [image.media_type for image in images],
            [image.file_name for image in images],
            [image.original_path for image in images],
            [image.width_px for image in images],
            [image.height_px for image in images],
            [image.capture.taken_at for image in images],
            [image.capture.taken_local for image in images],
            [image.capture.source.value for image in images],
            [image.camera_id for image in images],
            [image.location_id for image in images],
            [image.dump_id for image in images],
            [image.position[0] if image.position else None for image in images],
            UNTIMED_SORT_AT,
            [image.position[1] if image.position else None for image in images],
            [json.dumps(image.exif) for image in images],
        ],
    )
    return {row["id"] for row in rows}


async def move_originals(transaction: BaseDBAsyncClient, paths: dict[UUID, bytes]) -> None:
    """Record other absolute paths as the originals of images, by image id."""
    if paths:
        await transaction.execute_query_dict(
            "UPDATE image SET original_path = fresh.path FROM unnest($1::uuid[], $2::bytea[]) AS fresh(id, path)"
            " WHERE image.id = fresh.id",
            [list(paths), list(paths.values())],
        )
