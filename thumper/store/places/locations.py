"""Looking locations up, and what refers to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.entered_text import one_name
from thumper.domain.time_zone import ZoneSource, place_zone
from thumper.store.models import Location
from thumper.store.postgres.connect import client
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.page import Conditions, Key, KeyKind, whole_table
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
        "Whose name contains this, whatever the case.",
        r"strpos(lower(location.name), lower(regexp_replace({}, '\s+', ' ', 'g'))) > 0",
    )
    active: bool | None = where(
        "Whether cameras hang there now.", "location.active = True", otherwise="location.active = False"
    )
    placed: bool | None = where(
        "Whether it has coordinates.",
        "(location.latitude IS NOT NULL) = True",
        otherwise="(location.latitude IS NOT NULL) = False",
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


async def image_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each location."""
    return await count_by("image", "location_id", location_ids)


async def dump_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the dumps of each location."""
    return await count_by("dump", "location_id", location_ids)
