"""Local times of photos in SQL, as `Image.takenAtLocal` shows them.

The offsets of zones are those of Thumper's own tz database (`domain/local_offset.py`) and given to each statement, so
that a day here has the photos that show this day there, and no column has to follow when a zone changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from thumper.domain.local_offset import Offset, offsets
from thumper.domain.time_zone import place_zone
from thumper.store.models import Location
from thumper.store.postgres.page import Conditions

OWN_OFFSET: Final = "CASE WHEN image.clock_source IS DISTINCT FROM 'gps' THEN image.utc_offset_s END"
"""SQL of the offset that a photo has by itself; that of satellites is no place's."""


async def zone_offsets(server_zone: ZoneInfo) -> dict[UUID | None, tuple[Offset, ...]]:
    """Return the offsets of each place whose zone is known, and under None those of the server."""
    known: dict[UUID | None, tuple[Offset, ...]] = {None: offsets(server_zone)}
    for row in await Location.all():
        name, _ = place_zone(row.time_zone, latitude=row.latitude, longitude=row.longitude)
        if name is not None:
            known[row.id] = offsets(ZoneInfo(name))
    return known


def local_seconds(held: Conditions, zones: Mapping[UUID | None, tuple[Offset, ...]]) -> str:
    """Return the SQL of an image's local time in seconds since 1970; hold what it needs.

    Places of one zone are looked up together, and most ranches have one.
    """
    places: dict[tuple[Offset, ...], list[UUID]] = {}
    for place_id, own in zones.items():
        if place_id is not None:
            places.setdefault(own, []).append(place_id)
    cases = "".join(
        f" WHEN image.location_id = ANY({held.hold(ids)}::uuid[]) THEN {_offset(held, own)}"
        for own, ids in places.items()
    )
    of_place = f"CASE{cases} END, " if cases else ""
    offset = f"coalesce({of_place}{OWN_OFFSET}, {_offset(held, zones[None])})"
    return f"(floor(date_part('epoch', image.taken_at))::int8 + {offset})"


def _offset(held: Conditions, spans: tuple[Offset, ...]) -> str:
    if len(spans) == 1:
        return str(spans[0].seconds)
    begins = held.hold([span.begins for span in spans])
    seconds = held.hold([span.seconds for span in spans])
    return f"({seconds}::int[])[width_bucket(image.taken_at, {begins}::timestamptz[])]"
