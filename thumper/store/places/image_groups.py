"""How many images there are, by place, local day and local hour.

Photos are counted, not animals: one that stands at bait for an hour makes many. Local time is that of
`Image.takenAtLocal`, so that a day here has the photos that show this day there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from thumper.domain.local_offset import Offset
from thumper.store.images.images import ImageSearch
from thumper.store.images.local_time import OWN_OFFSET, zone_offsets
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions

MOST_GROUPS: Final = 2000
"""Groups of one answer: five years of days, or eighty places by hour."""


class Grouping(StrEnum):
    """By what images are counted."""

    LOCATION = "location"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Images of one place, local day and local hour, as far as they are counted by these.

    None stands for images without a place, or without a capture time.
    """

    location_id: UUID | None = None
    date: dt.date | None = None
    hour: int | None = None
    image_count: int


_KEYS: Final = {
    Grouping.LOCATION: ("location_id", "image.location_id", "lower(location.name)"),
    Grouping.DAY: ("date", "date 'epoch' + (clock.local / 86400)::int", "date"),
    Grouping.HOUR: ("hour", "(clock.local / 3600 % 24)::int", "hour"),
}
"""Name, SQL and order of each key."""

# The arrays are made once: in the midst of the statement their texts would be read for each image. Local time is a
# number of seconds since 1970, which is reckoned faster than times are.
_COUNT: Final = """
WITH place AS (SELECT * FROM unnest({ids}::uuid[], {begins}::text[], {seconds}::text[]) AS place(id, begins, seconds)),
zone AS MATERIALIZED (SELECT id, begins::timestamptz[] AS begins, seconds::int[] AS seconds FROM place),
server AS MATERIALIZED (SELECT begins, seconds FROM zone WHERE id IS NULL),
counted AS (
    SELECT {columns}, count(*) AS image_count
    FROM image LEFT JOIN zone ON zone.id = image.location_id CROSS JOIN server
    CROSS JOIN LATERAL (SELECT floor(date_part('epoch', image.taken_at))::int8 + coalesce(
        zone.seconds[width_bucket(image.taken_at, zone.begins)], {own_offset},
        server.seconds[width_bucket(image.taken_at, server.begins)]) AS local) AS clock
    WHERE {conditions} GROUP BY {keys}
)
SELECT counted.* FROM counted {names} ORDER BY {order} LIMIT {most}
"""
_NAMES: Final = "LEFT JOIN location ON location.id = counted.location_id"


async def count_images(
    search: ImageSearch, by: Collection[Grouping], *, server_zone: ZoneInfo
) -> list[Group]:
    """Count the images that are found, by place, day and hour as asked: in this order, what has none last.

    One group more than `MOST_GROUPS` at most.
    """
    keys = [_KEYS[grouping] for grouping in Grouping if grouping in by]
    held = await search.prepared()
    sql = _COUNT.format(
        **await _zones(held, server_zone),
        columns=", ".join(f"{key} AS {name}" for name, key, _ in keys),
        own_offset=OWN_OFFSET,
        conditions=held.sql,
        keys=", ".join(str(number) for number, _ in enumerate(keys, 1)),
        names=_NAMES if Grouping.LOCATION in by else "",
        order=", ".join(f"{order} NULLS LAST" for _, _, order in keys),
        most=held.hold(MOST_GROUPS + 1),
    )
    rows: list[dict[str, Any]] = await client().execute_query_dict(sql, held.values)
    return [Group(**row) for row in rows]


async def _zones(held: Conditions, server_zone: ZoneInfo) -> dict[str, str]:
    """Hold the offsets of each place whose zone is known, and under no id those of the server; return placeholders."""
    known = {place: _arrays(spans) for place, spans in (await zone_offsets(server_zone)).items()}
    return {
        "ids": held.hold(list(known)),
        "begins": held.hold([begins for begins, _ in known.values()]),
        "seconds": held.hold([seconds for _, seconds in known.values()]),
    }


def _arrays(spans: Sequence[Offset]) -> tuple[str, str]:
    """Write beginnings and seconds as PostgreSQL writes arrays."""
    begins = ",".join(f'"{span.begins.isoformat()}"' for span in spans)
    return f"{{{begins}}}", f"{{{','.join(str(span.seconds) for span in spans)}}}"
