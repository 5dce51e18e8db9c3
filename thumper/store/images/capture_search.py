"""What a search of images and a search of their boxes share: local day, time of day, and the burst of a photo.

These are known only when something was read: the zones of places, the photos before and after one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Self, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.models import Model

from thumper.store.images import bursts
from thumper.store.images.local_time import local_seconds, zone_offsets
from thumper.store.postgres.page import Conditions
from thumper.store.postgres.search import Search, where

M = TypeVar("M", bound=Model)

_DAY_S: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1)
_WIDEST: Final = dt.timedelta(hours=26)
"""No clock is this far from UTC, written offsets of a day less a minute included."""
_EARLIEST: Final = dt.date(1971, 1, 1)
_LATEST: Final = dt.date(9990, 1, 1)
"""Days between which instants can be reckoned; an index is not asked about days beyond."""

_OF_PLACE: Final = "as `takenAtLocal` shows it. Leaves images without a capture time out."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSearch(Search[M]):
    """A search of what has an image, by how it was taken."""

    date: dt.date | None = where(f"Taken on this local day, {_OF_PLACE}")
    date_after: dt.date | None = where(f"Taken on this local day or later, {_OF_PLACE}")
    date_before: dt.date | None = where(f"Taken before this local day, {_OF_PLACE}")
    time_of_day_after: dt.time | None = where(
        f"Taken at this local time of day or later, {_OF_PLACE} Together with a `timeOfDayBefore` that is not later,"
        " such as 18:00 and 06:00, it finds the night: from the one to midnight, and from midnight to the other."
    )
    time_of_day_before: dt.time | None = where(f"Taken before this local time of day, {_OF_PLACE}")
    burst_image_id: UUID | None = where(
        "Taken in the burst of this image, the image itself included: `burst` of it says how many images that are."
    )
    server_zone: ZoneInfo = dataclasses.field(default=ZoneInfo("UTC"), compare=False)
    """Whose local times count for photos of which nothing else is known; one for the whole process."""

    def at(self, server_zone: ZoneInfo) -> Self:
        """Return the same search on a server of that zone."""
        return replace(self, server_zone=server_zone)

    async def prepared(self) -> Conditions:
        """Return the search as SQL conditions, with zones of places and times of a burst where needed."""
        conditions = self.conditions()
        if self._by_local_time:
            local = local_seconds(conditions, await zone_offsets(self.server_zone))
            self._add_days(conditions, local)
            self._add_time_of_day(conditions, f"({local} % {_DAY_S})")
        if self.burst_image_id is not None:
            await bursts.add_burst(conditions, self.burst_image_id)
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


def _days(day: dt.date) -> int:
    return (day - _EPOCH).days


def _midnight(day: dt.date) -> dt.datetime:
    within = min(max(day, _EARLIEST), _LATEST)
    return dt.datetime.combine(within, dt.time(), dt.UTC)


def _second(moment: dt.time | None) -> int | None:
    return None if moment is None else moment.hour * 3600 + moment.minute * 60 + moment.second
