"""Finding and making locations by name while photos are taken in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.time_zone import place_zone
from thumper.store.postgres.ids import new_id


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where photos are from, as far as that is known. `time_zone` is an IANA name, set or of its coordinates."""

    location_id: UUID | None = None
    time_zone: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a place from a row with `location_id`, `time_zone`, `latitude`, `longitude`."""
        zone, _ = place_zone(row["time_zone"], latitude=row["latitude"], longitude=row["longitude"])
        return cls(row["location_id"], zone)


# PostgreSQL alone says which names are equal whatever their case: Python folds some letters otherwise.
_FIND: Final = """
SELECT wanted.name, location.id AS location_id, location.time_zone, location.latitude, location.longitude
FROM unnest($1::text[]) AS wanted(name) JOIN location ON lower(location.name) = lower(wanted.name)
"""

_MAKE: Final = """
INSERT INTO location (id, name, description, active)
SELECT id, name, '', TRUE FROM unnest($1::uuid[], $2::text[]) AS fresh(id, name) ORDER BY lower(name)
ON CONFLICT (lower(name)) DO NOTHING
"""


async def find(transaction: BaseDBAsyncClient, names: Collection[str]) -> dict[str, PhotoPlace]:
    """Return the locations that have such names, whatever their case, by the name that was asked for."""
    if not names:
        return {}
    rows = await transaction.execute_query_dict(_FIND, [sorted(names)])
    return {row["name"]: PhotoPlace.of(row) for row in rows}


async def make(transaction: BaseDBAsyncClient, names: Collection[str]) -> dict[str, PhotoPlace]:
    """Return the locations of such names, made without coordinates where they are missing."""
    found = await find(transaction, names)
    fresh = sorted(set(names) - found.keys())
    if fresh:
        await transaction.execute_query_dict(_MAKE, [[new_id() for _ in fresh], fresh])
        found = await find(transaction, names)
    return found
