"""The times in one photo's file: those of EXIF, XMP, IPTC and GPS, as they are written.

Which of them is believed is decided later, when the camera profiles and the file's name
are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.utc_offset import write_offset
from thumper.domain.written_time import read_gps_time, read_written_time
from thumper.ingest.exif_block import Tag
from thumper.ingest.iptc import read_iptc
from thumper.ingest.xmp import Xmp

_EXIF: Final = (
    (
        TimeSource.EXIF_ORIGINAL,
        Tag.DATE_TIME_ORIGINAL,
        Tag.SUBSEC_TIME_ORIGINAL,
        Tag.OFFSET_TIME_ORIGINAL,
    ),
    (
        TimeSource.EXIF_DIGITIZED,
        Tag.DATE_TIME_DIGITIZED,
        Tag.SUBSEC_TIME_DIGITIZED,
        Tag.OFFSET_TIME_DIGITIZED,
    ),
    (TimeSource.EXIF_MODIFIED, Tag.DATE_TIME, Tag.SUBSEC_TIME, Tag.OFFSET_TIME),
)


def written_clocks(
    word: Callable[[Tag], str], *, gps_time: Sequence[float], xmp: Xmp, photoshop: bytes
) -> tuple[ClockReading | IgnoredReading, ...]:
    """Return every time that a photo's file holds, whether or not it is believed later.

    `word` returns the cleaned text of an EXIF tag, `gps_time` are hours, minutes and seconds.
    """
    exif = (
        read_written_time(source, text, fraction=word(fraction), offset=word(offset))
        for source, time, fraction, offset in _EXIF
        if (text := word(time))
    )
    gps = read_gps_time(word(Tag.GPS_DATE_STAMP), gps_time)
    return tuple(clock for clock in (*exif, *xmp.clocks, read_iptc(photoshop), gps) if clock is not None)


def unread_offsets(clocks: Sequence[ClockReading | IgnoredReading]) -> list[str]:
    """Return, for people, what stands in place of offsets and cannot be read."""
    return [
        f'"{clock.unread_offset}" beside {clock.origin or clock.source.value} is no offset from UTC that can be read'
        for clock in clocks
        if isinstance(clock, ClockReading) and clock.unread_offset
    ]


def lone_offsets(word: Callable[[Tag], str], clocks: Sequence[ClockReading | IgnoredReading]) -> list[str]:
    """Return, for people, the offsets of EXIF that stand beside no time that can be read."""
    read = {clock.source for clock in clocks if isinstance(clock, ClockReading)}
    return [
        f'"{word(offset)}" stands as an offset beside no {source.value} that can be read'
        for source, _, _, offset in _EXIF
        if source not in read and word(offset)
    ]


def times_as_json(clocks: Sequence[ClockReading | IgnoredReading]) -> dict[str, str]:
    """Return the times for the column `image.exif`, by source; of several of one source the first."""
    times: dict[str, str] = {}
    for clock in clocks:
        times.setdefault(clock.source.value, _written(clock))
    return times


def _written(clock: ClockReading | IgnoredReading) -> str:
    if isinstance(clock, IgnoredReading):
        return clock.text
    offset = clock.utc_offset
    return clock.local.isoformat(sep=" ") + ("" if offset is None else f" UTC{write_offset(offset)}")
