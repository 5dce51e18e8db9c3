"""Looking locations up, and what refers to each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.capture_time import TimeSource
from thumper.domain.coordinate_doubt import CoordinateDoubt, doubt_coordinates
from thumper.domain.time_zone import ZoneSource, place_zone
from thumper.store.models import Location
from thumper.store.postgres.connect import client
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

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

    name: str | None = where(
        "Whose name contains this, whatever the case.", "strpos(lower(location.name), lower({})) > 0"
    )
    active: bool | None = where(
        "Whether cameras hang there now.", "location.active = True", otherwise="location.active = False"
    )
    placed: bool | None = where(
        "Whether it has coordinates.",
        "(location.latitude IS NOT NULL) = True",
        otherwise="(location.latitude IS NOT NULL) = False",
    )


async def named(name: str) -> Location | None:
    """Return the location of that name, whatever its case."""
    rows = await LOCATIONS.read(
        f"SELECT {LOCATIONS.columns} FROM location WHERE lower(name) = lower($1)", [name.strip()]
    )
    return rows[0] if rows else None


def zone_of(location: Location) -> tuple[str | None, ZoneSource]:
    """Return the time zone of a location, None for the server's setting, and where it is from."""
    return place_zone(location.time_zone, latitude=location.latitude, longitude=location.longitude)


_CAMERA_OFFSETS: Final = """
SELECT wanted.id, array_agg(DISTINCT newest.utc_offset_s) AS offsets_s
FROM unnest($1::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT image.utc_offset_s, image.clock_source FROM image WHERE image.location_id = wanted.id
    ORDER BY image.sort_at DESC, image.id DESC LIMIT 100
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
