"""Which clock to believe for the moment a photo was taken.

A capture time is read, never invented: from EXIF, from a maker note, from what programs
wrote into or beside the photo, from a file name that a camera profile understands. When
nothing can be believed there is none.
This module refuses to know a file's modification time, which is the day of the
copy and has been written over thousands of true times elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from thumper.domain.clock_doubt import ClockDoubt, DstEdge

FIRST_YEAR: Final = 1990
"""No digital camera took a photo before; clocks that were never set show earlier years."""


class TimeSource(StrEnum):
    """Where a capture time was read; the order is the order of trust."""

    EXIF_ORIGINAL = "exif_original"
    EXIF_DIGITIZED = "exif_digitized"
    MAKER_NOTE = "maker_note"
    EXIF_MODIFIED = "exif_modified"
    XMP = "xmp"
    IPTC = "iptc"
    FILE_NAME = "file_name"
    SIDECAR = "sidecar"
    GPS = "gps"
    """UTC from a satellite, but of the last fix, which may be hours old: so it comes last."""
    NONE = "none"

    def is_more_trusted_than(self, other: TimeSource) -> bool:
        """Whether this source comes before another in the order of trust."""
        return _TRUST[self] < _TRUST[other]

    @property
    def is_repairable(self) -> bool:
        """Whether a repair of the camera's clock moves such a time: the satellites' clock was not wrong with it."""
        return self is not TimeSource.GPS


_TRUST: Final = {source: place for place, source in enumerate(TimeSource)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What one clock showed: naive wall-clock time, and its offset from UTC where it is written too."""

    source: TimeSource
    local: dt.datetime
    utc_offset: dt.timedelta | None = None
    unread_offset: str = ""
    """What stands beside the time in place of an offset and cannot be read; the instant may be hours off by it."""
    origin: str = ""
    """Which of several places of one source, such as `xmp:CreateDate`."""

    @property
    def lacks_offset(self) -> bool:
        """Whether an offset was written and none could be read."""
        return self.utc_offset is None and self.unread_offset != ""

    def __post_init__(self) -> None:
        if self.local.tzinfo is not None:
            raise ValueError(f"a wall-clock reading has no time zone, got {self.local.isoformat()}")
        if self.source is TimeSource.NONE:
            raise ValueError("a reading has a source, got none")

    @classmethod
    def kept(cls, source: str, local: dt.datetime, utc_offset_s: int | None) -> Self:
        """Return a reading as it was stored: its source by word, its offset in seconds."""
        offset = None if utc_offset_s is None else dt.timedelta(seconds=utc_offset_s)
        return cls(source=TimeSource(source), local=local, utc_offset=offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredReading:
    """A clock that was read but not believed, as written, with the reason."""

    source: TimeSource
    text: str
    why: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTime:
    """When a photo was taken (an instant in UTC), and the reading of the clock that says so.

    Without `taken_at` no reading is believed, and `reading` is the most trusted one that was not, if any
    clock was read at all: what a later clock repair starts from, with the reason in `doubt`. `ignored`
    lists the readings that stood before the chosen one and were not believed, with the reasons.
    """

    taken_at: dt.datetime | None = None
    reading: ClockReading | None = None
    dst_edge: DstEdge | None = None
    doubt: ClockDoubt | None = None
    ignored: tuple[IgnoredReading, ...] = ()

    def __post_init__(self) -> None:
        if self.taken_at is not None and self.reading is None:
            raise ValueError(f"an instant has a reading that says so, got {self}")

    @property
    def source(self) -> TimeSource:
        """Where the instant was read; `NONE` without one."""
        return TimeSource.NONE if self.taken_at is None or self.reading is None else self.reading.source


def choose(
    readings: Iterable[ClockReading | IgnoredReading], *, zone: dt.tzinfo, now: dt.datetime
) -> CaptureTime:
    """Believe the most trusted reading whose year is possible.

    Readings are tried in the order of `TimeSource`, equal sources in the order given. `zone` makes
    an instant of a wall-clock time; an offset written beside it is believed before the zone. `now`
    bounds the year.
    """
    ignored: list[IgnoredReading] = []
    doubted: ClockReading | None = None
    for reading in in_order_of_trust(readings):
        if isinstance(reading, IgnoredReading):
            ignored.append(reading)
        elif not is_possible(reading.local, now=now):
            doubted = doubted or reading
            why = f"clock not set: the year is outside {FIRST_YEAR} to {now.year + 1}"
            text = reading.local.isoformat(sep=" ")
            ignored.append(IgnoredReading(source=reading.source, text=text, why=why, origin=reading.origin))
        else:
            taken_at, dst_edge = instant_of(reading, zone=zone)
            return CaptureTime(taken_at=taken_at, reading=reading, dst_edge=dst_edge, ignored=tuple(ignored))
    doubt = ClockDoubt.YEAR_OUT_OF_RANGE if doubted is not None else None
    return CaptureTime(reading=doubted, doubt=doubt, ignored=tuple(ignored))


def in_order_of_trust(
    readings: Iterable[ClockReading | IgnoredReading],
) -> list[ClockReading | IgnoredReading]:
    """Return readings in the order of `TimeSource`, those of one source in the order given."""
    return sorted(readings, key=lambda reading: _TRUST[reading.source])


def replaces(late: CaptureTime, *, believed: bool, clock_source: TimeSource | None) -> bool:
    """Return whether a time that was found later takes the place of what is recorded of a photo.

    It does when no time is believed yet, or one that is not more trusted: the order in which files arrive changes
    nothing.
    """
    if late.taken_at is None:
        return False
    return not believed or clock_source is None or not clock_source.is_more_trusted_than(late.source)


def is_possible(local: dt.datetime, *, now: dt.datetime) -> bool:
    """Return whether a photo can have been taken in the year that a clock shows."""
    return FIRST_YEAR <= local.year <= now.year + 1


def instant_of(reading: ClockReading, *, zone: dt.tzinfo) -> tuple[dt.datetime, DstEdge | None]:
    """Return the UTC instant of a reading, and what daylight-saving time makes of it.

    At the end of summer time the first of the two possible instants is taken (fold 0), and an hour that
    the zone skips is read with the offset before the change (PEP 495); both are said beside.
    """
    first = reading.local.replace(tzinfo=_clock_zone(reading, zone), fold=0)
    return first.astimezone(dt.UTC), _dst_edge(first)


def other_instant_of(reading: ClockReading, *, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the second of the two UTC instants that an ambiguous reading can mean; None for any other."""
    first = reading.local.replace(tzinfo=_clock_zone(reading, zone), fold=0)
    if _dst_edge(first) is not DstEdge.AMBIGUOUS:
        return None
    return first.replace(fold=1).astimezone(dt.UTC)


def _clock_zone(reading: ClockReading, zone: dt.tzinfo) -> dt.tzinfo:
    return dt.timezone(reading.utc_offset) if reading.utc_offset is not None else zone


def _dst_edge(local: dt.datetime) -> DstEdge | None:
    """Return whether a local time comes twice or never: its two readings then differ in their offset."""
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before is None or after is None or before == after:
        return None
    return DstEdge.AMBIGUOUS if before > after else DstEdge.MISSING
