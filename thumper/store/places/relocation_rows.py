"""Rows of changes of places: the change itself, and what images, dumps and deployments had before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.place_effect import ImageMoves, StayChange
from thumper.domain.stay import one_at_a_time
from thumper.domain.time_zone import place_zone
from thumper.store.places import deployment_moves
from thumper.store.places.deployment_moves import Resettled
from thumper.store.places.placement import PAGE
from thumper.store.postgres.unnest import arrays, unnest

# Changes are ordered by this time, so it grows even when the machine's clock is set back.
_MAKE: Final = """
INSERT INTO relocation (id, dump_id, camera_id, deployment_id, merged_id, location_id, created_at)
SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid,
    greatest(clock_timestamp(), max(created_at) + interval '1 microsecond') FROM relocation
"""

_IMAGES: Final = """
INSERT INTO image_move (relocation_id, image_id, location_id, deployment_id)
SELECT $1, id, location_id, deployment_id FROM image WHERE id = ANY($2::uuid[])
"""

_STAY_COLUMNS: Final = {
    "relocation_id": "uuid",
    "deployment_id": "uuid",
    "camera_id": "uuid",
    "location_id": "uuid",
    "opened_at": "timestamptz",
    "ended_at": "timestamptz",
}
# What a deployment was before the first of the steps of a change that move it.
_STAYS: Final = f"""
INSERT INTO deployment_move ({", ".join(_STAY_COLUMNS)}) SELECT * FROM {unnest(_STAY_COLUMNS)}
ON CONFLICT (relocation_id, deployment_id) DO NOTHING
"""


async def make(transaction: BaseDBAsyncClient, row: Mapping[str, Any]) -> None:
    """Record a change, by its columns; those that are left out are null."""
    columns = ("id", "dump_id", "camera_id", "deployment_id", "merged_id", "location_id")
    await transaction.execute_query_dict(_MAKE, [row.get(column) for column in columns])


async def add_images(
    transaction: BaseDBAsyncClient, settled: Resettled, *, relocation_id: UUID, image_ids: Sequence[UUID]
) -> None:
    """Record where images are that are about to move, and what becomes of deployments."""
    for start in range(0, len(image_ids), PAGE):
        await transaction.execute_query_dict(_IMAGES, [relocation_id, image_ids[start : start + PAGE]])
    await _add_stays(transaction, relocation_id, settled.changes)


async def _add_stays(
    transaction: BaseDBAsyncClient, relocation_id: UUID, changes: Sequence[StayChange]
) -> None:
    rows = [
        (relocation_id, change.id, change.camera_id, *(change.before.shown if change.before else (None,) * 3))
        for change in changes
    ]
    if rows:
        await transaction.execute_query_dict(_STAYS, arrays(rows))


async def move_empty_stays(
    transaction: BaseDBAsyncClient, relocation_id: UUID, merged_id: UUID, *, to: UUID
) -> list[StayChange]:
    """Move the deployments that are left at a location, without images, to another; return what becomes of them."""
    rows = await transaction.execute_query_dict(
        "SELECT DISTINCT camera_id FROM deployment WHERE location_id = $1", [merged_id]
    )
    known, stays = await deployment_moves.read_stays(transaction, {row["camera_id"] for row in rows})
    changes: list[StayChange] = []
    for camera_id, before in stays.items():
        moved = {
            key: replace(stay, location_id=to) if stay.location_id == merged_id else stay
            for key, stay in before.items()
        }
        after = one_at_a_time(moved, known=camera_id in known)
        changes += deployment_moves.changes(camera_id, before, after)
    await _add_stays(transaction, relocation_id, changes)
    await deployment_moves.write(transaction, changes)
    return changes


# A dump goes where a person said, with the location that it belonged to, or with all its images. It does not follow its
# images where one camera was meant: photos of others may still come.
_DUMPS: Final = """
WITH moved AS (
    INSERT INTO dump_move (relocation_id, dump_id, location_id)
    SELECT $1::uuid, id, location_id FROM dump
    WHERE location_id IS DISTINCT FROM $2::uuid AND (
        id = $3::uuid OR location_id = $4::uuid OR id = ANY($5::uuid[]) AND NOT EXISTS (
            SELECT FROM image WHERE image.dump_id = dump.id AND image.location_id IS DISTINCT FROM $2::uuid
        )
    )
    RETURNING dump_id
)
UPDATE dump SET location_id = $2 FROM moved WHERE dump.id = moved.dump_id RETURNING dump.id
"""


async def move_dumps(
    transaction: BaseDBAsyncClient, change: Mapping[str, Any], touched: Collection[UUID]
) -> list[UUID]:
    """Write the place of dumps that a change sends there, after their images; return their ids."""
    of_camera = change.get("camera_id") is not None or change.get("deployment_id") is not None
    said, following = (None, []) if of_camera else (change.get("dump_id"), sorted(touched))
    values = [change["id"], change["location_id"], said, change.get("merged_id"), following]
    rows = await transaction.execute_query_dict(_DUMPS, values)
    return [row["id"] for row in rows]


_ORIGINS: Final = """
SELECT location_id, count(*) AS images FROM image_move WHERE relocation_id = $1
GROUP BY location_id ORDER BY images DESC
"""

_PLACES: Final = """
SELECT id, name, time_zone, latitude, longitude FROM location WHERE id = ANY($1::uuid[])
"""


async def image_moves(
    transaction: BaseDBAsyncClient,
    relocation_id: UUID,
    *,
    to: UUID | None,
    server_zone: ZoneInfo,
    back: bool = False,
) -> tuple[ImageMoves, ...]:
    """Return how many images a change moves from which place, most first; with `back`, how they go back."""
    origins = await transaction.execute_query_dict(_ORIGINS, [relocation_id])
    ids = {row["location_id"] for row in origins} | {to}
    rows = await transaction.execute_query_dict(_PLACES, [sorted(ids - {None})])
    names = {row["id"]: row["name"] for row in rows}
    zones: dict[UUID | None, str] = {None: server_zone.key}
    for row in rows:
        zone, _ = place_zone(row["time_zone"], latitude=row["latitude"], longitude=row["longitude"])
        zones[row["id"]] = zone or server_zone.key
    moves = []
    for row in origins:
        origin, destination = (to, row["location_id"]) if back else (row["location_id"], to)
        moves.append(
            ImageMoves(
                images=row["images"],
                origin_id=origin,
                destination_id=destination,
                destination_name=names.get(destination),
                zone_before=zones[origin],
                zone_after=zones[destination],
            )
        )
    return tuple(moves)
