"""What people said of where photos are from, for those that arrive later: of a dump, its folder, a camera, an image.

A change of places that was taken back is not said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.store.places.location_rows import PhotoPlace
from thumper.store.postgres.unnest import arrays, unnest

CameraPlaces: TypeAlias = Mapping[tuple[UUID, UUID | None], PhotoPlace]
"""Where photos are from, by dump and camera."""

# Of a dump that was where it was said to be there is no `dump_move`.
_WORDS: Final = """(
    SELECT created_at FROM relocation WHERE dump_id = {dump}.id AND camera_id IS NULL AND undone_at IS NULL
    UNION ALL SELECT relocation.created_at FROM dump_move JOIN relocation ON relocation.id = dump_move.relocation_id
    WHERE dump_move.dump_id = {dump}.id AND relocation.undone_at IS NULL
)"""

_LAST_OF_FOLDER: Final = f"""
SELECT told.location_id FROM dump AS told, LATERAL {_WORDS.format(dump="told")} AS word
WHERE told.source_id = {{source}} AND told.folder = {{folder}} ORDER BY word.created_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a folder; None for no place."""

    location_id: UUID | None


async def last_said(transaction: BaseDBAsyncClient, source_id: UUID, folder: bytes) -> Said | None:
    """Return where photos of a folder are from as a person last said; None when nothing was said."""
    query = _LAST_OF_FOLDER.format(source="$1", folder="$2")
    rows = await transaction.execute_query_dict(query, [source_id, folder])
    return Said(rows[0]["location_id"]) if rows else None


_DECIDED: Final = f"""
SELECT dump.id, EXISTS {_WORDS.format(dump="dump")} AS itself, said.location_id IS NULL AND said.spoken AS nowhere
FROM dump LEFT JOIN LATERAL (
    SELECT location_id, TRUE AS spoken FROM (
        {_LAST_OF_FOLDER.format(source="dump.source_id", folder="dump.folder")}
    ) AS last
) AS said ON dump.location_id IS NULL
WHERE dump.id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """Dumps whose place, or lack of one, a person decided: of the dump `itself`, or of its folder: `nowhere`."""

    itself: frozenset[UUID]
    nowhere: frozenset[UUID]


async def decided(transaction: BaseDBAsyncClient, dump_ids: Sequence[UUID]) -> Decided:
    """Return the dumps of which a person spoke, and those whose folder was last said to be no place."""
    rows = await transaction.execute_query_dict(_DECIDED, [list(dump_ids)])
    return Decided(
        itself=frozenset(row["id"] for row in rows if row["itself"]),
        nowhere=frozenset(row["id"] for row in rows if row["nowhere"]),
    )


_ASKED: Final = {"dump_id": "uuid", "camera_id": "uuid"}
# What was said last counts, of this camera, of its stay whose photos the dump delivered, or of the whole dump. A
# location that was merged is the other one by now.
_OF_CAMERAS: Final = f"""
WITH RECURSIVE asked AS (
    SELECT * FROM {unnest(_ASKED)}
), word AS (
    SELECT asked.dump_id, asked.camera_id, relocation.location_id, relocation.created_at,
        relocation.camera_id IS NOT NULL AS own
    FROM asked JOIN relocation ON relocation.dump_id = asked.dump_id AND relocation.undone_at IS NULL
        AND (relocation.camera_id IS NULL OR relocation.camera_id = asked.camera_id)
    UNION ALL
    SELECT asked.dump_id, asked.camera_id, relocation.location_id, relocation.created_at, TRUE
    FROM asked JOIN dump ON dump.id = asked.dump_id JOIN deployment_move AS stay ON stay.camera_id = asked.camera_id
        JOIN relocation ON relocation.id = stay.relocation_id AND relocation.deployment_id = stay.deployment_id
        AND relocation.undone_at IS NULL AND relocation.created_at > dump.first_seen_at
    WHERE EXISTS (
        SELECT FROM image_move JOIN image ON image.id = image_move.image_id
        WHERE image_move.relocation_id = relocation.id AND image.dump_id = asked.dump_id
    )
), said AS (
    SELECT DISTINCT ON (dump_id, camera_id) * FROM word ORDER BY dump_id, camera_id, created_at DESC
), place AS (
    SELECT dump_id, camera_id, location_id FROM said WHERE own
    UNION ALL
    SELECT place.dump_id, place.camera_id, location.merged_into_id
    FROM place JOIN location ON location.id = place.location_id WHERE location.merged_into_id IS NOT NULL
)
SELECT place.dump_id, place.camera_id, place.location_id, location.time_zone, location.latitude, location.longitude
FROM place LEFT JOIN location ON location.id = place.location_id
WHERE place.location_id IS NULL OR location.id IS NOT NULL AND location.merged_into_id IS NULL
"""


async def of_cameras(
    transaction: BaseDBAsyncClient, asked: Collection[tuple[UUID, UUID | None]]
) -> CameraPlaces:
    """Return where photos of a camera of a dump are from, of those of which a person said it, by dump and camera."""
    if not asked:
        return {}
    rows = await transaction.execute_query_dict(_OF_CAMERAS, arrays(list(asked)))
    return {(row["dump_id"], row["camera_id"]): PhotoPlace.of(row) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfImage:
    """Where an image is from, as a person said last; `dump_id` is the dump that was the first to deliver it."""

    place: PhotoPlace
    dump_id: UUID
    said_at: dt.datetime


_OF_IMAGES: Final = """
SELECT image.id, image.dump_id, image.location_id, location.time_zone, location.latitude, location.longitude, (
    SELECT max(relocation.created_at) FROM image_move JOIN relocation ON relocation.id = image_move.relocation_id
    WHERE image_move.image_id = image.id AND relocation.undone_at IS NULL
) AS said_at
FROM image LEFT JOIN location ON location.id = image.location_id WHERE image.id = ANY($1::uuid[])
"""


async def of_images(
    transaction: BaseDBAsyncClient, image_ids: Collection[UUID]
) -> Mapping[UUID, SaidOfImage]:
    """Return where images are from, of those of which a person said it."""
    if not image_ids:
        return {}
    rows = await transaction.execute_query_dict(_OF_IMAGES, [sorted(image_ids)])
    return {
        row["id"]: SaidOfImage(place=PhotoPlace.of(row), dump_id=row["dump_id"], said_at=row["said_at"])
        for row in rows
        if row["said_at"] is not None
    }
