"""Creating, changing and deleting locations; creating them by name while photos are taken in.

A change of the time zone moves the instants of the images that follow it, in the same transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain import location
from thumper.domain.refusal import NameTakenError, NoRecordError, Refusal
from thumper.domain.time_zone import place_zone
from thumper.errors import RefusedError
from thumper.store.models import Location
from thumper.store.places import locations
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unique_name import unique_name
from thumper.store.times import clock_fixes, clock_lock
from thumper.store.times.recompute import FixScope, Recomputation


class LocationInUseError(Refusal, RefusedError):
    """Raised if a location has `images` or `dumps`: how many of each."""

    def __init__(self, *, images: int, dumps: int) -> None:
        super().__init__(
            f"{images} images and {dumps} dumps refer to this location, so it stays. Make it inactive instead, or merge"
            " it into another (mergeLocations) if it is only a wrong name of that.",
            "location_id",
        )
        self.images = images
        self.dumps = dumps


_ZONE_FIELDS: Final = frozenset({"time_zone", "latitude", "longitude"})


async def create(name: str, **values: Any) -> Location:
    """Make a location known. Raises `InvalidValueError` or `NameTakenError`."""
    clean = location.checked({"name": name, **values})
    location.refuse_half_a_place(clean.get("latitude"), clean.get("longitude"))
    async with _unique_name(clean):
        return await Location.create(**clean)


@contextlib.asynccontextmanager
async def _unique_name(values: Mapping[str, Any]) -> AsyncIterator[None]:
    """Raise `NameTakenError` when another location has the name, also one that was merged into another."""
    try:
        with unique_name("location", values):
            yield
    except NameTakenError as error:
        taken = await Location.filter(merged_into_id__not_isnull=True, name__iexact=error.name).exists()
        place = await locations.named(error.name) if taken else None
        if place is None:
            raise
        raise NameTakenError("location", error.name, place=place.name) from error


async def update(location_id: UUID, values: Mapping[str, Any], *, server_zone: ZoneInfo) -> Location:
    """Change the fields that are given; when that changes the time zone, the instants of its images follow.

    Raises `InvalidValueError`, `NameTakenError` or `NoRecordError`.
    """
    clean = location.checked(values)

    async def write(transaction: BaseDBAsyncClient) -> Location:
        rows = Location.filter(id=location_id).using_db(transaction)
        before = await rows.get_or_none()
        if before is None:
            raise NoRecordError("location", "location_id")
        if not clean:
            return before
        location.refuse_half_a_place(
            clean.get("latitude", before.latitude), clean.get("longitude", before.longitude)
        )
        await rows.update(**clean)
        after = await rows.get()
        if locations.zone_of(before)[0] != locations.zone_of(after)[0]:
            scope = FixScope("location_id", location_id)
            await clock_fixes.apply(transaction, Recomputation(scope=scope, server_zone=server_zone))
        return after

    async with _unique_name(clean):
        if _ZONE_FIELDS & clean.keys():
            return await clock_lock.alone(write)
        async with in_transaction("default") as transaction:
            return await write(transaction)


async def delete(location_id: UUID) -> None:
    """Delete a location that nothing refers to. Raises `LocationInUseError` or `NoRecordError`."""
    try:
        gone = await Location.filter(id=location_id).delete()
    except IntegrityError as error:
        images = (await locations.image_counts([location_id]))[location_id]
        dumps = (await locations.dump_counts([location_id]))[location_id]
        raise LocationInUseError(images=images, dumps=dumps) from error
    if not gone:
        raise NoRecordError("location", "location_id")


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


# PostgreSQL decides which names are equal apart from case: Python folds some letters differently.
# The name of a location that was merged into another leads to that one.
_FIND: Final = """
WITH RECURSIVE named AS (
    SELECT wanted.name, location.id, location.merged_into_id
    FROM unnest($1::text[]) AS wanted(name) JOIN location ON lower(location.name) = lower(wanted.name)
    UNION ALL
    SELECT named.name, location.id, location.merged_into_id
    FROM named JOIN location ON location.id = named.merged_into_id
)
SELECT named.name, location.id AS location_id, location.time_zone, location.latitude, location.longitude
FROM named JOIN location USING (id) WHERE named.merged_into_id IS NULL
"""

_MAKE: Final = """
INSERT INTO location (id, name, description, active)
SELECT id, name, '', TRUE FROM unnest($1::uuid[], $2::text[]) AS fresh(id, name) ORDER BY lower(name)
ON CONFLICT (lower(name)) DO NOTHING
"""


async def find(transaction: BaseDBAsyncClient, names: Collection[str]) -> dict[str, PhotoPlace]:
    """Return the locations with these names, whatever their case, by the name that was asked for."""
    if not names:
        return {}
    rows = await transaction.execute_query_dict(_FIND, [sorted(names)])
    return {row["name"]: PhotoPlace.of(row) for row in rows}


async def make(transaction: BaseDBAsyncClient, names: Collection[str]) -> dict[str, PhotoPlace]:
    """Return the locations with these names; create those that are missing, without coordinates."""
    found = await find(transaction, names)
    fresh = sorted(set(names) - found.keys())
    if fresh:
        await transaction.execute_query_dict(_MAKE, [[new_id() for _ in fresh], fresh])
        found = await find(transaction, names)
    return found
