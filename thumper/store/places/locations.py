"""Looking locations up, and what refers to each."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain import similar_name
from thumper.domain.entered_text import one_name
from thumper.domain.place_proposal import KnownPlace
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


async def named(name: str) -> Location | None:
    """Return the location of that name, whatever its case and however many blanks stand between its words."""
    rows = await LOCATIONS.read(
        f"SELECT {LOCATIONS.columns} FROM location WHERE lower(name) = lower($1)", [one_name(name)]
    )
    return rows[0] if rows else None


MOST_SIMILAR: Final = 5
"""Locations that are asked about as what a name may be a slip of."""


async def known_places() -> list[KnownPlace]:
    """Return all locations by name only, the oldest first."""
    rows = await client().execute_query_dict("SELECT id, name FROM location ORDER BY created_at, id")
    return [KnownPlace(row["id"], row["name"]) for row in rows]


async def similar(location_ids: Collection[UUID], *, older: bool = False) -> dict[UUID, list[UUID]]:
    """Return the other locations whose names each of these may be a slip of, the oldest first.

    With `older` only those that were there before it.
    """
    known = await known_places() if location_ids else []
    found: dict[UUID, list[UUID]] = {}
    for number, place in enumerate(known):
        if place.location_id in location_ids:
            others = known[:number] + ([] if older else known[number + 1 :])
            alike = (other for other in others if similar_name.similar(place.name, other.name))
            found[place.location_id] = [other.location_id for other in itertools.islice(alike, MOST_SIMILAR)]
    return found


def zone_of(location: Location) -> tuple[str | None, ZoneSource]:
    """Return the time zone of a location, None for the server's setting, and where it is from."""
    return place_zone(location.time_zone, latitude=location.latitude, longitude=location.longitude)


async def image_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images of each location."""
    return await count_by("image", "location_id", location_ids)


async def dump_counts(location_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the dumps of each location."""
    return await count_by("dump", "location_id", location_ids)
