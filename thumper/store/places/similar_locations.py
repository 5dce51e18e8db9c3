"""Locations by name only: all of them, and those whose name another one may be a slip of."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from typing import Final
from uuid import UUID

from thumper.domain import similar_name
from thumper.domain.place_proposal import KnownPlace
from thumper.store.postgres.connect import client

MOST_SIMILAR: Final = 5
"""Locations that are asked about as what a name may be a slip of."""


async def known_places() -> list[KnownPlace]:
    """Return all locations but those that were merged into others, the oldest first."""
    rows = await client().execute_query_dict(
        "SELECT id, name FROM location WHERE merged_into_id IS NULL ORDER BY created_at, id"
    )
    return [KnownPlace(row["id"], row["name"]) for row in rows]


async def similar(location_ids: Collection[UUID], *, older: bool = False) -> dict[UUID, list[UUID]]:
    """Return the other locations whose names each of these may be a slip of, the oldest first.

    With `older` only those that were there before it.
    """
    known = await known_places() if location_ids else []
    found: dict[UUID, list[UUID]] = {location_id: [] for location_id in location_ids}
    for number, place in enumerate(known):
        if place.location_id in location_ids:
            others = known[:number] + ([] if older else known[number + 1 :])
            alike = (other for other in others if similar_name.similar(place.name, other.name))
            found[place.location_id] = [other.location_id for other in itertools.islice(alike, MOST_SIMILAR)]
    return found
