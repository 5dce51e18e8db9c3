"""The arithmetic of clock repairs: seconds to add to what a camera's clock showed.

Offsets are absolute, never relative to an earlier repair, so repairs can be taken back in any order. The
reading itself is never changed; a repaired time is computed from it whenever it is needed. Moving a clock
by an offset keeps the order and the distances of its photos.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

from thumper.domain.capture_time import CaptureTime, ClockReading, instant_of, is_possible
from thumper.domain.clock_doubt import DstEdge

LONGEST_OFFSET_S: Final = 2**31 - 1
"""Largest offset either way: 68 years, as far as a 32-bit whole number of seconds reaches."""

_SECOND: Final = dt.timedelta(seconds=1)
_TICK: Final = dt.timedelta.resolution
"""A microsecond, the smallest step of a time here and in PostgreSQL."""


class OffsetError(ValueError):
    """Raised if an offset cannot be read, or is longer than 68 years; the message is for people."""


_TOO_LONG: Final = "A clock can be moved by 68 years at most, either way."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Readings from the first to the last that is meant (naive); None for no bound."""

    first: dt.datetime | None = None
    last: dt.datetime | None = None

    @classmethod
    def between(cls, after: dt.datetime | None, before: dt.datetime | None) -> Self:
        """Return the bounds of what is at or after one time and before another; raise `ValueError` if nothing is."""
        try:
            last = None if before is None else before - _TICK
        except OverflowError:
            raise ValueError(before) from None
        if after is not None and last is not None and last < after:
            raise ValueError(before)
        return cls(first=after, last=last)

    @property
    def before(self) -> dt.datetime | None:
        """The time that all readings are earlier than; None for no bound."""
        try:
            return None if self.last is None else self.last + _TICK
        except OverflowError:  # no clock can show more
            return None

    def __contains__(self, local: dt.datetime) -> bool:
        """Return whether a reading is meant."""
        return (self.first is None or self.first <= local) and (self.last is None or local <= self.last)

    @property
    def unbounded(self) -> bool:
        """Whether every reading is meant."""
        return self.first is None and self.last is None


EVERY_READING: Final = Bounds()
"""No bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveFix:
    """A repair that has not been taken back. `offset_s` is in seconds; `made_at` orders repairs."""

    fix_id: UUID
    offset_s: int
    made_at: dt.datetime
    shown: Bounds = EVERY_READING


def counting(fixes: Iterable[ActiveFix], local: dt.datetime) -> ActiveFix | None:
    """Return the repair that counts for a reading: of those that cover it, the one made last."""
    return max(
        (fix for fix in fixes if local in fix.shown),
        key=lambda fix: (fix.made_at, fix.fix_id),
        default=None,
    )


def moved(reading: ClockReading, offset_s: int) -> ClockReading | None:
    """Return what a clock would have shown if it had gone right; None outside the years 1 to 9999."""
    try:
        return replace(reading, local=reading.local + dt.timedelta(seconds=offset_s))
    except OverflowError:
        return None


def repaired_instant(
    reading: ClockReading, fix: ActiveFix, *, zone: dt.tzinfo, now: dt.datetime
) -> tuple[dt.datetime | None, DstEdge | None]:
    """Return the UTC instant of a repaired reading and what daylight-saving time makes of it.

    A repaired clock that shows an impossible year is believed as little as any other.
    """
    right = moved(reading, fix.offset_s)
    if right is None or not is_possible(right.local, now=now):
        return None, None
    return instant_of(right, zone=zone)


def repaired(capture: CaptureTime, fix: ActiveFix, *, zone: dt.tzinfo, now: dt.datetime) -> CaptureTime:
    """Return a capture time as a repair makes it; without any reading there is nothing to repair."""
    if capture.reading is None:
        return capture
    taken_at, dst_edge = repaired_instant(capture.reading, fix, zone=zone, now=now)
    return replace(capture, taken_at=taken_at, dst_edge=dst_edge)


def offset_to_local(reading: ClockReading, really: dt.datetime, *, zone: dt.tzinfo) -> int:
    """Return the offset in seconds by which a photo was taken when clocks in its place showed `really` (naive).

    Exact to the second: fractions of the reading stay as they are. Raises `OffsetError`.
    """
    if reading.utc_offset is not None:  # the camera's own clock runs in a zone of its own
        return offset_to_instant(reading, really.replace(tzinfo=zone, fold=0), zone=zone)
    return _offset(reading, really)


def offset_to_instant(reading: ClockReading, really: dt.datetime, *, zone: dt.tzinfo) -> int:
    """Return the offset in seconds by which a photo was taken at an instant (aware).

    Exact to the second, except in the hour that comes twice: its second half cannot be said by a clock on
    the wall, and is read as the first. Raises `OffsetError`.
    """
    clock = dt.timezone(reading.utc_offset) if reading.utc_offset is not None else zone
    try:
        local = really.astimezone(clock).replace(tzinfo=None)
    except OverflowError:  # at the very beginning or end of the calendar
        raise OffsetError(_TOO_LONG) from None
    return _offset(reading, local)


def _offset(reading: ClockReading, really: dt.datetime) -> int:
    difference = really.replace(microsecond=0, fold=0) - reading.local.replace(microsecond=0, fold=0)
    return checked_offset(difference // _SECOND)


def checked_offset(offset_s: int) -> int:
    """Return an offset that can be stored; raise `OffsetError` for more than 68 years."""
    if abs(offset_s) > LONGEST_OFFSET_S:
        raise OffsetError(_TOO_LONG)
    return offset_s


def read_time(text: str) -> dt.datetime:
    """Read when a photo was taken, date and time in ISO 8601, as a person writes it.

    Raises `ValueError`, also for a date alone: it does not mean midnight.
    """
    time = dt.datetime.fromisoformat(text.strip())
    if not _HOUR.search(text):
        raise ValueError(f"{text!r} has no time of day")
    return time


_HOUR: Final = re.compile(r"[T ]\d")

_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_OFFSET: Final = re.compile(r"([+-]?)(?=\d)" + "".join(rf"(?:(\d{{1,10}}){unit})?" for unit in _UNITS))


def parse_offset(text: str) -> int:
    """Read an offset such as `+1h30m`, `-2d`, `45s` (days, hours, minutes, seconds) as seconds.

    Raises `OffsetError`.
    """
    match = _OFFSET.fullmatch(text.strip().replace(" ", ""))
    if match is None:
        raise OffsetError(f"{text[:40]!r} is no offset; write one such as +1h30m, -2d or 45s.")
    seconds = sum(
        int(number) * unit for number, unit in zip(match.groups()[1:], _UNITS.values(), strict=True) if number
    )
    return checked_offset(-seconds if match[1] == "-" else seconds)


def offset_text(offset_s: int) -> str:
    """Write an offset as `parse_offset` reads it: `+1h30m`."""
    parts, rest = [], abs(offset_s)
    for unit, size in _UNITS.items():
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number}{unit}")
    return ("-" if offset_s < 0 else "+") + ("".join(parts) or "0s")
