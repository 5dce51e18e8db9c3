"""Searches by the local day and time of day at which a photo was taken, as `Image.takenAtLocal` shows them.

The offsets of zones are those of Thumper's own tz database (`domain/local_offset.py`) and given to each statement, so
that a day here has the photos that show this day there, and no column has to follow when a zone changes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.models import Model

from thumper.domain.local_offset import Offset, offsets
from thumper.domain.time_zone import place_zone
from thumper.store.models import Location
from thumper.store.postgres.page import Conditions
from thumper.store.postgres.search import Search, where

M = TypeVar("M", bound=Model)

OWN_OFFSET: Final = "CASE WHEN image.clock_source IS DISTINCT FROM 'gps' THEN image.utc_offset_s END"
"""SQL of the offset that a photo has by itself; that of satellites is no place's."""

_DAY_S: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1)
_WIDEST: Final = dt.timedelta(hours=26)
"""No clock is this far from UTC, written offsets of a day less a minute included."""
_EARLIEST: Final = dt.date(1971, 1, 1)
_LATEST: Final = dt.date(9990, 1, 1)
"""Days between which instants can be reckoned; an index is not asked about days beyond."""

_OF_PLACE: Final = "as `takenAtLocal` shows it. Leaves images without a capture time out."


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTimeSearch(Search[M]):
    """A search of what has an image, also by local times."""

    date: dt.date | None = where(f"Taken on this local day, {_OF_PLACE}")
    date_after: dt.date | None = where(f"Taken on this local day or later, {_OF_PLACE}")
    date_before: dt.date | None = where(f"Taken before this local day, {_OF_PLACE}")
    time_of_day_after: dt.time | None = where(
        f"Taken at this local time of day or later, {_OF_PLACE} Together with a `timeOfDayBefore` that is not later,"
        " such as 18:00 and 06:00, it finds the night: from the one to midnight, and from midnight to the other."
    )
    time_of_day_before: dt.time | None = where(f"Taken before this local time of day, {_OF_PLACE}")
    server_zone: ZoneInfo = dataclasses.field(default=ZoneInfo("UTC"), compare=False)
    """Whose local times count for photos of which nothing else is known; one for the whole process."""

    def at(self, server_zone: ZoneInfo) -> Self:
        """Return the same search on a server of that zone."""
        return replace(self, server_zone=server_zone)

    async def prepared(self) -> Conditions:
        """Return the search as SQL conditions, with the zones of all places where it needs them."""
        conditions = self.conditions()
        if self._by_local_time:
            local = local_seconds(conditions, await zone_offsets(self.server_zone))
            self._add_days(conditions, local)
            self._add_time_of_day(conditions, f"({local} % {_DAY_S})")
        return conditions

    @property
    def _by_local_time(self) -> bool:
        days = (self.date, self.date_after, self.date_before)
        return any(each is not None for each in (*days, self.time_of_day_after, self.time_of_day_before))

    def _add_days(self, conditions: Conditions, local: str) -> None:
        """Add bounds on the local day, and about the same on the instant, for which there is an index."""
        conditions.add("image.taken_at IS NOT NULL")
        for first in (self.date, self.date_after):
            if first is not None:
                conditions.add("image.sort_at >= {}", _midnight(first) - _WIDEST)
                conditions.clauses.append(f"{local} >= {_days(first) * _DAY_S}")
        ends = [] if self.date is None else [(self.date, _days(self.date) + 1)]
        ends += [] if self.date_before is None else [(self.date_before, _days(self.date_before))]
        for last, days in ends:
            conditions.add("image.sort_at < {}", _midnight(last) + dt.timedelta(days=1) + _WIDEST)
            conditions.clauses.append(f"{local} < {days * _DAY_S}")

    def _add_time_of_day(self, conditions: Conditions, second: str) -> None:
        after, before = _second(self.time_of_day_after), _second(self.time_of_day_before)
        bounds = [] if after is None else [f"{second} >= {after}"]
        bounds += [] if before is None else [f"{second} < {before}"]
        over_midnight = after is not None and before is not None and before <= after
        if bounds:
            conditions.clauses.append(f"({' OR '.join(bounds) if over_midnight else ' AND '.join(bounds)})")


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
    begins: Any = held.hold([span.begins for span in spans])
    seconds = held.hold([span.seconds for span in spans])
    return f"({seconds}::int[])[width_bucket(image.taken_at, {begins}::timestamptz[])]"


def _days(day: dt.date) -> int:
    return (day - _EPOCH).days


def _midnight(day: dt.date) -> dt.datetime:
    within = min(max(day, _EARLIEST), _LATEST)
    return dt.datetime.combine(within, dt.time(), dt.UTC)


def _second(moment: dt.time | None) -> int | None:
    return None if moment is None else moment.hour * 3600 + moment.minute * 60 + moment.second
