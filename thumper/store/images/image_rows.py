"""Writing new images, hundreds at a time.

Rows are inserted in the order of their keys, so that two processes that admit the
same photos wait for each other instead of deadlocking.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.capture_time import CaptureTime
from thumper.domain.clock_fix import ActiveFix
from thumper.domain.measurement import Measurements
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.unnest import arrays, unnest


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
    sort_name: str
    """Its order among the images of the same instant."""
    fix: ActiveFix | None
    """The repair of its clock that `capture` follows."""
    camera_id: UUID | None
    location_id: UUID | None
    deployment_id: UUID | None
    dump_id: UUID
    position: tuple[float, float] | None
    """Latitude and longitude in degrees."""
    measurements: Measurements
    exif: dict[str, Any]
    arrived: dict[str, Any] | None
    """What is there of an incomplete photo, as JSON; None for a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """An image that is known: where its original is said to be, how large, and whether it was found changed."""

    id: UUID
    sha256: bytes
    original_path: bytes
    size_bytes: int
    created_at: dt.datetime
    original_changed: bool


async def find(connection: BaseDBAsyncClient, hashes: Collection[bytes]) -> dict[bytes, StoredImage]:
    """Return the images with these SHA-256 hashes, by hash."""
    rows = await connection.execute_query_dict(
        """
        SELECT id, sha256, original_path, size_bytes, created_at,
            error_code IS NOT DISTINCT FROM 'ORIGINAL_CHANGED' AS original_changed
        FROM image WHERE sha256 = ANY($1)
        """,
        [sorted(hashes)],
    )
    images = (StoredImage(**row) for row in rows)
    return {image.sha256: image for image in images}


async def unplaced(connection: BaseDBAsyncClient, hashes: Collection[bytes]) -> dict[UUID, UUID | None]:
    """Return the images with these SHA-256 hashes that have no location, with their cameras."""
    if not hashes:
        return {}
    rows = await connection.execute_query_dict(
        "SELECT id, camera_id FROM image WHERE sha256 = ANY($1) AND location_id IS NULL", [sorted(hashes)]
    )
    return {row["id"]: row["camera_id"] for row in rows}


_COLUMNS: Final = {
    "id": "uuid",
    "sha256": "bytea",
    "size_bytes": "bigint",
    "media_type": "text",
    "file_name": "text",
    "original_path": "bytea",
    "width_px": "int",
    "height_px": "int",
    "taken_at": "timestamptz",
    "sort_at": "timestamptz",
    "sort_name": "text",
    "taken_local": "timestamp",
    "time_source": "text",
    "clock_source": "text",
    "utc_offset_s": "int",
    "offset_unreadable": "bool",
    "clock_doubt": "text",
    "dst_edge": "text",
    "clock_offset_s": "int",
    "clock_fix_id": "uuid",
    "camera_id": "uuid",
    "location_id": "uuid",
    "deployment_id": "uuid",
    "dump_id": "uuid",
    "latitude": "float8",
    "longitude": "float8",
    "temperature_c": "float8",
    "battery_percent": "int2",
    "battery_v": "float8",
    "moon_phase": "text",
    "sequence_number": "int2",
    "sequence_length": "int2",
    "exif": "jsonb",
    "arrived": "jsonb",
}

_INSERT: Final = f"""
INSERT INTO image ({", ".join(_COLUMNS)}, damaged, state)
SELECT fresh.*, FALSE, 'pending' FROM {unnest(_COLUMNS)} ORDER BY sha256
ON CONFLICT (sha256) DO NOTHING RETURNING id
"""


async def insert(transaction: BaseDBAsyncClient, images: Sequence[NewImage]) -> set[UUID]:
    """Record images as pending; return the ids of those that really were new."""
    if not images:
        return set()
    rows = await transaction.execute_query_dict(_INSERT, arrays([_row(image) for image in images]))
    return {row["id"] for row in rows}


def _row(image: NewImage) -> tuple[Any, ...]:
    """Return the values of one image in the order of `_COLUMNS`."""
    latitude, longitude = image.position or (None, None)
    return (
        image.id,
        image.sha256,
        image.size_bytes,
        image.media_type,
        image.file_name,
        image.original_path,
        image.width_px,
        image.height_px,
        image.capture.taken_at,
        image.capture.taken_at or UNTIMED_SORT_AT,
        image.sort_name,
        *_clock(image.capture),
        0 if image.fix is None else image.fix.offset_s,
        None if image.fix is None else image.fix.fix_id,
        image.camera_id,
        image.location_id,
        image.deployment_id,
        image.dump_id,
        latitude,
        longitude,
        *_measured(image.measurements),
        json.dumps(image.exif),
        None if image.arrived is None else json.dumps(image.arrived),
    )


def _measured(measured: Measurements) -> tuple[Any, ...]:
    """Return temperature, battery in percent and volts, moon, and the photo's place in its burst, as columns."""
    return (
        measured.temperature_c,
        measured.battery_percent,
        measured.battery_v,
        measured.moon_phase,
        measured.sequence_number,
        measured.sequence_length,
    )


def _clock(capture: CaptureTime) -> tuple[Any, ...]:
    """Return local time, source, source of the reading, its offset, whether that lacks, doubt and edge, as columns."""
    reading = capture.reading
    if reading is None:
        return None, capture.source.value, None, None, False, None, None
    offset = reading.utc_offset
    return (
        reading.local,
        capture.source.value,
        reading.source.value,
        None if offset is None else int(offset.total_seconds()),
        reading.lacks_offset,
        None if capture.doubt is None else capture.doubt.value,
        None if capture.dst_edge is None else capture.dst_edge.value,
    )


MOVE_ORIGINALS: Final = """
UPDATE image SET original_path = fresh.path FROM unnest($1::uuid[], $2::bytea[]) AS fresh(id, path)
WHERE image.id = fresh.id
"""
"""Records absolute paths of originals; the parameters are the ids of their images, and the paths."""


async def move_originals(transaction: BaseDBAsyncClient, paths: dict[UUID, bytes]) -> None:
    """Record new absolute paths of originals, by image id."""
    if paths:
        await transaction.execute_query_dict(MOVE_ORIGINALS, [list(paths), list(paths.values())])
