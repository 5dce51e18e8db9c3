"""Looking known deer up, and what is derived of each from its sightings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.store.models import Deer, Detection, Location, Sighting
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Key, Kind, Listing, Order, read_all, whole_table

_SEEN: Final = """
deer LEFT JOIN (
    SELECT sighting.deer_id, count(DISTINCT sighting.image_id) AS sightings, max(image.taken_at) AS last_seen
    FROM sighting JOIN image ON image.id = sighting.image_id GROUP BY sighting.deer_id
) AS seen ON seen.deer_id = deer.id
"""

DEER: Final = Listing(model=Deer, alias="deer", source=_SEEN)

_ID: Final = Key("deer.id", Kind.ID)
_LAST_SEEN: Final = Key("coalesce(seen.last_seen, '1970-01-01T00:00:00Z'::timestamptz)", Kind.TIME)
_NEVER_SEEN: Final = Key("(seen.last_seen IS NULL)", Kind.FLAG)
_NAME: Final = (Key("lower(deer.name)", Kind.TEXT), _ID)
_SIGHTINGS: Final = (Key("coalesce(seen.sightings, 0)", Kind.COUNT), _ID)
LAST_SEEN_NEWEST: Final = Order("last-seen-newest", (_LAST_SEEN, _ID), descending=True)
LAST_SEEN_OLDEST: Final = Order("last-seen-oldest", (_NEVER_SEEN, _LAST_SEEN, _ID), descending=False)
NAME_A_TO_Z: Final = Order("name-a-z", _NAME, descending=False)
NAME_Z_TO_A: Final = Order("name-z-a", _NAME, descending=True)
MOST_SIGHTINGS: Final = Order("most-sightings", _SIGHTINGS, descending=True)
FEWEST_SIGHTINGS: Final = Order("fewest-sightings", _SIGHTINGS, descending=False)

SIGHTINGS: Final = Listing(
    model=Sighting,
    alias="sighting",
    source="sighting JOIN image ON image.id = sighting.image_id",
    parent="sighting.deer_id",
)
SIGHTED_NEWEST: Final = Order(
    "sighted-newest", (Key("image.sort_at", Kind.TIME), Key("sighting.id", Kind.ID)), descending=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeerSearch:
    """What deer are looked for; None means "whatever".

    `seen_after`, `seen_before`, `location_id` speak of one and the same sighting.
    """

    name: str | None = None
    sex: Sex | None = None
    status: DeerStatus | None = None
    seen_after: dt.datetime | None = None
    seen_before: dt.datetime | None = None
    location_id: UUID | None = None
    min_sightings: int | None = None

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `DEER`."""
        conditions = Conditions()
        if self.name is not None:
            conditions.add("strpos(lower(deer.name), lower({})) > 0", self.name)
        if self.sex is not None:
            conditions.add("deer.sex = {}", self.sex)
        if self.status is not None:
            conditions.add("deer.status = {}", self.status)
        if self.min_sightings is not None:
            conditions.add("coalesce(seen.sightings, 0) >= {}", self.min_sightings)
        self._seen(conditions)
        return conditions

    def _seen(self, conditions: Conditions) -> None:
        bounds = {
            "image.taken_at >= {}": self.seen_after,
            "image.taken_at < {}": self.seen_before,
            "image.location_id = {}": self.location_id,
        }
        asked = {clause: value for clause, value in bounds.items() if value is not None}
        if asked:
            conditions.add(
                "EXISTS (SELECT 1 FROM sighting JOIN image ON image.id = sighting.image_id"
                f" WHERE sighting.deer_id = deer.id AND {' AND '.join(asked)})",
                *asked.values(),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeerFigures:
    """What is derived of one deer. `first_seen` and `last_seen` are None without a timed sighting."""

    sightings: int = 0
    first_seen: dt.datetime | None = None
    last_seen: dt.datetime | None = None


async def figures(deer_ids: Sequence[UUID]) -> dict[UUID, DeerFigures]:
    """Derive the figures of each deer."""
    rows = await client().execute_query_dict(
        """
        SELECT sighting.deer_id, count(DISTINCT sighting.image_id) AS sightings, min(image.taken_at) AS first_seen,
            max(image.taken_at) AS last_seen
        FROM sighting JOIN image ON image.id = sighting.image_id
        WHERE sighting.deer_id = ANY($1::uuid[]) GROUP BY sighting.deer_id
        """,
        [list(deer_ids)],
    )
    found = {row.pop("deer_id"): DeerFigures(**row) for row in rows}
    return {deer_id: found.get(deer_id, DeerFigures()) for deer_id in deer_ids}


async def locations(deer_ids: Sequence[UUID]) -> dict[UUID, list[Location]]:
    """Return the locations where each deer was seen, most sightings first."""
    places = whole_table(Location)
    rows = await client().execute_query_dict(
        f"""
        SELECT visits.deer_id AS visitor, {places.columns}
        FROM (
            SELECT sighting.deer_id, image.location_id, count(DISTINCT sighting.image_id) AS sightings
            FROM sighting JOIN image ON image.id = sighting.image_id
            WHERE sighting.deer_id = ANY($1::uuid[]) AND image.location_id IS NOT NULL
            GROUP BY sighting.deer_id, image.location_id
        ) AS visits JOIN location ON location.id = visits.location_id
        ORDER BY visits.sightings DESC, location.id
        """,
        [list(deer_ids)],
    )
    return _grouped(rows, places, deer_ids)


async def best_photos(deer_ids: Sequence[UUID]) -> dict[UUID, list[Detection]]:
    """Return the most confident detection of each deer: a list of one, or of none."""
    boxes = whole_table(Detection)
    rows = await client().execute_query_dict(
        f"""
        SELECT DISTINCT ON (sighting.deer_id) sighting.deer_id AS visitor, {boxes.columns}
        FROM sighting JOIN detection ON detection.id = sighting.detection_id
        WHERE sighting.deer_id = ANY($1::uuid[])
        ORDER BY sighting.deer_id, detection.confidence DESC, detection.id
        """,
        [list(deer_ids)],
    )
    return _grouped(rows, boxes, deer_ids)


def _grouped(
    rows: Sequence[dict[str, Any]], listing: Listing[Any], deer_ids: Sequence[UUID]
) -> dict[UUID, Any]:
    found: dict[UUID, list[Any]] = {deer_id: [] for deer_id in deer_ids}
    for row in rows:
        found[row.pop("visitor")].append(listing.read(row))
    return found


async def sightings_of(detection_ids: Sequence[UUID]) -> dict[UUID, Sighting]:
    """Return the sighting of each detection that is a known deer."""
    conditions = Conditions()
    conditions.add("sighting.detection_id = ANY({}::uuid[])", list(detection_ids))
    found = await read_all(whole_table(Sighting), conditions, order="sighting.id")
    return {sighting.detection_id: sighting for sighting in found}
