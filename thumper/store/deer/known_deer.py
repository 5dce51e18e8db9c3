"""Looking known deer up, and what is derived of each from its sightings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from tortoise.models import Model

from thumper.domain.animal import DeerStatus
from thumper.domain.entered_text import one_name, part_of_name
from thumper.domain.label import Sex
from thumper.store.models import Deer, Detection, Location, Sighting
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Key, KeyKind, Listing, read_all, whole_table
from thumper.store.postgres.search import Search, sort, where

M = TypeVar("M", bound=Model)

_SEEN: Final = """
deer LEFT JOIN (
    SELECT sighting.deer_id, count(DISTINCT sighting.image_id) AS sightings, max(image.taken_at) AS last_seen
    FROM sighting JOIN image ON image.id = sighting.image_id GROUP BY sighting.deer_id
) AS seen ON seen.deer_id = deer.id
"""

DEER: Final = Listing(model=Deer, alias="deer", source=_SEEN)

_ID: Final = Key("deer.id", KeyKind.ID)
_LAST_SEEN: Final = Key("coalesce(seen.last_seen, '1970-01-01T00:00:00Z'::timestamptz)", KeyKind.TIME)
_NEVER_SEEN: Final = Key("(seen.last_seen IS NULL)", KeyKind.FLAG)
_NAME: Final = (Key("lower(deer.name)", KeyKind.TEXT), _ID)
_SIGHTINGS: Final = (Key("coalesce(seen.sightings, 0)", KeyKind.COUNT), _ID)

SIGHTINGS: Final = Listing(
    model=Sighting,
    alias="sighting",
    source="sighting JOIN image ON image.id = sighting.image_id",
    parent="sighting.deer_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeerSearch(Search[Deer]):
    """Which deer; every field that is given must hold, an empty filter means all."""

    listing = DEER
    sorts = (
        sort(
            "LAST_SEEN",
            "Capture time of the latest sighting; deer never seen come last in either direction.",
            (_LAST_SEEN, _ID),
            names=("last-seen-oldest", "last-seen-newest"),
            absent=_NEVER_SEEN,
        ),
        sort("NAME", "Name, whatever its case.", _NAME, names=("name-a-z", "name-z-a")),
        sort(
            "SIGHTING_COUNT", "Number of sightings.", _SIGHTINGS, names=("fewest-sightings", "most-sightings")
        ),
    )
    descending = True

    name_contains: str | None = where(
        "Whose name contains this, whatever the case.",
        "strpos(lower(deer.name), lower({})) > 0",
        read=part_of_name,
    )
    sex: Sex | None = where("Of this sex.", "deer.sex = {}")
    status: DeerStatus | None = where("Of this status.", "deer.status = {}")
    seen_after: dt.datetime | None = where("With a sighting at this instant or later.")
    seen_before: dt.datetime | None = where("With a sighting before this instant.")
    location_id: UUID | None = where(
        "With a sighting at this location. Times and location must hold for one and the same sighting."
    )
    min_sighting_count: int | None = where(
        "With at least this many sightings in all.", "coalesce(seen.sightings, 0) >= {}"
    )

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `DEER`."""
        conditions = Conditions()
        self.add_to(conditions)
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
        return conditions


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
    rows = await places.read_with(
        ["visitor"],
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
    return _grouped(rows, deer_ids)


async def best_photos(deer_ids: Sequence[UUID]) -> dict[UUID, list[Detection]]:
    """Return the most confident detection of each deer, a drawn box only without another: a list of one, or of none."""
    boxes = whole_table(Detection)
    rows = await boxes.read_with(
        ["visitor"],
        f"""
        SELECT DISTINCT ON (sighting.deer_id) sighting.deer_id AS visitor, {boxes.columns}
        FROM sighting JOIN detection ON detection.id = sighting.detection_id
        WHERE sighting.deer_id = ANY($1::uuid[])
        ORDER BY sighting.deer_id, (detection.drawn_by IS NOT NULL), detection.confidence DESC, detection.id
        """,
        [list(deer_ids)],
    )
    return _grouped(rows, deer_ids)


def _grouped(rows: Sequence[tuple[M, tuple[Any, ...]]], deer_ids: Sequence[UUID]) -> dict[UUID, list[M]]:
    found: dict[UUID, list[M]] = {deer_id: [] for deer_id in deer_ids}
    for row, (deer_id,) in rows:
        found[deer_id].append(row)
    return found


async def named(name: str) -> Deer | None:
    """Return the deer of that name, whatever its case."""
    conditions = Conditions()
    conditions.add("lower(deer.name) = lower({})", one_name(name))
    return next(iter(await read_all(whole_table(Deer), conditions, order="deer.id")), None)


async def sightings_of(detection_ids: Sequence[UUID]) -> dict[UUID, Sighting]:
    """Return the sighting of each detection that is a known deer."""
    conditions = Conditions()
    conditions.add("sighting.detection_id = ANY({}::uuid[])", list(detection_ids))
    found = await read_all(whole_table(Sighting), conditions, order="sighting.id")
    return {sighting.detection_id: sighting for sighting in found}
