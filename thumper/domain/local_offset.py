"""From when on which offset from UTC holds in a time zone, as a list that a database can look up.

PostgreSQL knows zones by itself, but as of the day on which it was built: its rules may be others than those by which
capture times were reckoned, and some zones have been named since.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

FIRST: Final = dt.datetime(1989, 12, 31, tzinfo=dt.UTC)
"""No capture time before 1990 is believed, by whatever clock."""
LAST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
_STEP: Final = dt.timedelta(days=7)
"""Shorter than any offset has lasted since 1990: Morocco's of the month of Ramadan lasts four weeks."""


class Offset(NamedTuple):
    """Seconds east of UTC, from an instant on."""

    begins: dt.datetime
    seconds: int


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo) -> tuple[Offset, ...]:
    """Return the offsets of a zone from `FIRST` on, each until the next begins."""
    found = [Offset(FIRST, _at(zone, FIRST))]
    weeks = range((LAST - FIRST) // _STEP + 1)
    for before, after in pairwise(FIRST + number * _STEP for number in weeks):
        seconds = _at(zone, after)
        if seconds != found[-1].seconds:
            found.append(Offset(_change(zone, before, after), seconds))
    return tuple(found)


def _at(zone: ZoneInfo, instant: dt.datetime) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _change(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Return the first second with the later of two offsets."""
    old = _at(zone, before)
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _at(zone, middle) == old else (before, middle)
    return after
