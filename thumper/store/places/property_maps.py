"""Pictures of the property: kept, named, and locations placed on them by hand.

They lie in PostgreSQL: few, read now and then, and so in every backup. Refuses to read a picture: it is made before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain.entered_text import clean_name
from thumper.domain.map_spot import MOST_MAPS, MapSpot
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.models import Location, PropertyMap
from thumper.store.models import MapSpot as SpotRow
from thumper.store.places import locations
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Listing, read_all
from thumper.store.postgres.unique_name import unique_name

MAPS: Final = Listing(
    model=PropertyMap, alias="property_map", source="property_map", without=frozenset({"picture"})
)
_LOCK: Final = 0x6D617073
"""Key of the advisory lock under which maps are counted ("maps" in ASCII)."""
_PLACE: Final = """
INSERT INTO map_spot (map_id, location_id, x, y) VALUES ($1, $2, $3, $4)
ON CONFLICT (map_id, location_id) DO UPDATE SET x = excluded.x, y = excluded.y
"""


async def add(name: str, picture: bytes, *, size_px: tuple[int, int]) -> PropertyMap:
    """Keep a map. Raises `InvalidValueError` or `NameTakenError`."""
    values = {"name": clean_name(name, "name")}
    async with in_transaction("default") as transaction:
        await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        if await PropertyMap.all().using_db(transaction).count() >= MOST_MAPS:
            message = (
                f"There are {MOST_MAPS} maps, the most that are kept. Delete one that is not needed first."
            )
            raise InvalidValueError(message, "name")
        with unique_name("map", values):
            return await PropertyMap.create(
                **values,
                width_px=size_px[0],
                height_px=size_px[1],
                picture=picture,
                sha256=hashlib.sha256(picture).digest(),
                using_db=transaction,
            )


async def rename(map_id: UUID, name: str) -> PropertyMap:
    """Change the name of a map. Raises `InvalidValueError`, `NameTakenError` or `NoRecordError`."""
    values = {"name": clean_name(name, "name")}
    with unique_name("map", values):
        await PropertyMap.filter(id=map_id).update(**values)
    return await _map(map_id)


async def delete(map_id: UUID) -> None:
    """Delete a map, with the places of locations on it. Raises `NoRecordError`."""
    if not await PropertyMap.filter(id=map_id).delete():
        raise NoRecordError("map", "property_map_id")


async def all_maps() -> list[PropertyMap]:
    """Return the maps without their pictures, by name."""
    return await read_all(MAPS, Conditions(), order="lower(property_map.name), property_map.id")


async def picture_of(map_id: UUID) -> PropertyMap | None:
    """Return a map with its picture; None when there is none."""
    return await PropertyMap.get_or_none(id=map_id)


async def place(map_id: UUID, location_id: UUID, *, x: float, y: float) -> tuple[PropertyMap, Location]:
    """Place a location on a map, also if it was elsewhere on it.

    Raises `InvalidValueError` or `NoRecordError`.
    """
    spot = MapSpot.checked(x, y)
    found, where = await _map(map_id), await _location(location_id)
    try:
        await client().execute_query_dict(_PLACE, [map_id, where.id, spot.x, spot.y])
    except IntegrityError as error:  # one of both was deleted meanwhile
        raise NoRecordError("map or location", "property_map_id") from error
    return found, where


async def unplace(map_id: UUID, location_id: UUID) -> tuple[PropertyMap, Location]:
    """Take a location off a map, if it is on it. Raises `NoRecordError`."""
    found, where = await _map(map_id), await _location(location_id)
    await SpotRow.filter(map_id=map_id, location_id=where.id).delete()
    return found, where


async def of_maps(map_ids: Sequence[UUID]) -> dict[UUID, list[SpotRow]]:
    """Return the places of locations on each map, by name of the location."""
    rows = SpotRow.filter(map_id__in=list(map_ids), location__merged_into_id=None)
    found: dict[UUID, list[SpotRow]] = {map_id: [] for map_id in map_ids}
    for row in await rows.order_by("location__name", "number"):
        found[row.map_id].append(row)
    return found


async def of_locations(location_ids: Sequence[UUID]) -> dict[UUID, list[SpotRow]]:
    """Return where each location is, by name of the map."""
    rows = SpotRow.filter(location_id__in=list(location_ids))
    found: dict[UUID, list[SpotRow]] = {location_id: [] for location_id in location_ids}
    for row in await rows.order_by("map__name", "number"):
        found[row.location_id].append(row)
    return found


async def _map(map_id: UUID) -> PropertyMap:
    conditions = Conditions()
    conditions.add("property_map.id = {}", map_id)
    rows = await read_all(MAPS, conditions, order="property_map.id")
    if not rows:
        raise NoRecordError("map", "property_map_id")
    return rows[0]


async def _location(location_id: UUID) -> Location:
    """Return a location; of one that was merged into another, the other."""
    place_id = await locations.place_of(client(), location_id)
    found = await Location.get_or_none(id=place_id)
    if found is None:
        raise NoRecordError("location", "location_id")
    return found
