"""Looking locations up, and what refers to each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.capture_time import TimeSource
from thumper.domain.coordinate_doubt import CoordinateDoubt, doubt_coordinates
from thumper.domain.entered_text import one_name, part_of_name
from thumper.domain.time_zone import ZoneSource, place_zone
from thumper.store.models import Location
from thumper.store.postgres.connect import client
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Conditions, Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where, without

LOCATIONS: Final = whole_table(Location)

_ID: Final = Key("location.id", KeyKind.ID)
_NAME: Final = (Key("lower(location.name)", KeyKind.TEXT), _ID)
_CREATED: Final = (Key("location.created_at", KeyKind.TIME), _ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSearch(Search[Location]):
    """Which locations; every field that is given must hold, an empty filter means all."""

    listing = LOCATIONS
    sorts = (
        sort("NAME", "Name, whatever its case.", _NAME, names=("name-a-z", "name-z-a")),
        sort(
            "CREATED",
            "When it was made known to Thumper.",
            _CREATED,
            names=("created-oldest", "created-newest"),
        ),
    )

    name_contains: str | None = where(
        "Whose name contains this, whatever the case.",
        "strpos(lower(location.name), lower({})) > 0",
        read=part_of_name,
    )
    active: bool | None = where(
        "Whether cameras hang there now.", "location.active = True", otherwise="location.active = False"
    )
    shared: bool | None = where(
        "Whether guests may see it.", "location.shared = True", otherwise="location.shared = False"
    )
    without_coordinates: bool | None = without(
        "Still to be placed; false finds those with coordinates.", "location.latitude"
    )

    def add_to(self, conditions: Conditions) -> None:
        """Leave out what was merged into another location: it is only another name of that."""
        Search.add_to(self, conditions)
        conditions.add("location.merged_into_id IS NULL")


_PLACE: Final = """
WITH RECURSIVE place AS (
    SELECT id, merged_into_id FROM location WHERE {}
    UNION ALL
    SELECT location.id, location.merged_into_id FROM place JOIN location ON location.id = place.merged_into_id
)
"""
"""Begin of a statement: the locations that a condition finds, and those that they were merged into."""


async def named(name: str) -> Location | None:
    """Return the location of that name, whatever its case; of one that was merged into another, the other."""
    rows = await LOCATIONS.read(
        _PLACE.format("lower(name) = lower($1)")
        + f"SELECT {LOCATIONS.columns} FROM place JOIN location USING (id) WHERE place.merged_into_id IS NULL",
        [one_name(name)],
    )
    return rows[0] if rows else None


async def place_of(connection: BaseDBAsyncClient, location_id: UUID) -> UUID:
    """Return the location that another was merged into, at last; itself when it was not merged."""
    rows = await connection.execute_query_dict(
        _PLACE.format("id = $1") + "SELECT id FROM place WHERE merged_into_id IS NULL", [location_id]
    )
    place: UUID = rows[0]["id"] if rows else location_id
    return place


async def other_names(location_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the names of what was merged into each location."""
    rows = await client().execute_query_dict(
        """
        WITH RECURSIVE other AS (
            SELECT merged_into_id AS place_id, id, name FROM location WHERE merged_into_id = ANY($1::uuid[])
            UNION ALL
            SELECT other.place_id, location.id, location.name
            FROM other JOIN location ON location.merged_into_id = other.id
        )
        SELECT place_id, array_agg(name ORDER BY lower(name)) AS names FROM other GROUP BY place_id
        """,
        [list(location_ids)],
    )
    return {location_id: [] for location_id in location_ids} | {row["place_id"]: row["names"] for row in rows}


def zone_of(location: Location) -> tuple[str | None, ZoneSource]:
    """Return the time zone of a location, None for the server's setting, and where it is from."""
    return place_zone(location.time_zone, latitude=location.latitude, longitude=location.longitude)


_CAMERA_OFFSETS: Final = """
SELECT wanted.id, array_agg(DISTINCT newest.utc_offset_s) AS offsets_s
FROM unnest($1::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT image.utc_offset_s, image.clock_source FROM image WHERE image.location_id = wanted.id
    ORDER BY image.sort_at DESC, image.sort_name DESC, image.id DESC LIMIT 100
) AS newest
WHERE newest.utc_offset_s IS NOT NULL AND newest.clock_source = ANY($2::text[]) GROUP BY wanted.id
"""
_CAMERA_CLOCKS: Final = [
    source.value for source in (TimeSource.EXIF_ORIGINAL, TimeSource.EXIF_DIGITIZED, TimeSource.EXIF_MODIFIED)
]
"""Clocks of cameras themselves, as opposed to satellites'."""


async def camera_offsets_s(location_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    """Return the offsets from UTC that cameras wrote into the newest hundred photos of each location, if any."""
    rows = await client().execute_query_dict(_CAMERA_OFFSETS, [list(location_ids), _CAMERA_CLOCKS])
    return {row["id"]: row["offsets_s"] for row in rows}


def doubt_of(
    location: Location, camera_offsets_s: Collection[int], *, server_zone: str
) -> CoordinateDoubt | None:
    """Return why the coordinates of a location may be wrong; None when it has none or they fit its clocks."""
    if location.latitude is None or location.longitude is None:
        return None
    return doubt_coordinates(
        location.latitude,
        location.longitude,
        time_zone=location.time_zone,
        camera_offsets_s=camera_offsets_s,
        server_zone=server_zone,
    )


async def doubtful(*, server_zone: str) -> list[tuple[Location, CoordinateDoubt]]:
    """Return the locations whose coordinates may be wrong, by name, each with why."""
    placed = await Location.filter(latitude__isnull=False).order_by("name")
    offsets_s = await camera_offsets_s([location.id for location in placed])
    judged = (
        (location, doubt_of(location, offsets_s.get(location.id, ()), server_zone=server_zone))
        for location in placed
    )
    return [(location, doubt) for location, doubt in judged if doubt is not None]


async def image_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each location."""
    return await count_by("image", "location_id", location_ids)


async def dump_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the dumps of each location."""
    return await count_by("dump", "location_id", location_ids)
