"""Times as they are written in files, read as the wall-clock readings that they are.

EXIF, XMP, IPTC and GPS each have a form of their own, and programs bend all of them. What
is read is a time that stands there; what is not, is kept as text with the reason. Nothing here raises
about a text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.utc_offset import read_offset

WHY_NO_TIME: Final = "not a date and time"
WHY_DATE_ALONE: Final = "a date without a time of day"
WHY_TIME_ALONE: Final = "a time of day without a date"

_DATE: Final = re.compile(r"(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?(?:\s*([ap])\.?m\.?(?![a-z]))?",
    re.ASCII | re.IGNORECASE,
)
"""EXIF 2.32 says `YYYY:MM:DD HH:MM:SS`, XMP `YYYY-MM-DDTHH:MM:SS`; cameras also write other separators, leave seconds
out, add fractions of them, or count hours to twelve."""
_NOON: Final = 12

_GPS_PARTS: Final = 3
_IPTC_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_IPTC_TIME: Final = re.compile(r"(\d{2})(\d{2})(\d{2})(.*)", re.ASCII | re.DOTALL)


def read_written_time(
    source: TimeSource, text: str, *, fraction: str = "", offset: str = "", origin: str = ""
) -> ClockReading | IgnoredReading | None:
    """Read a date and time of EXIF or XMP; None when nothing is written there.

    `fraction` is the text of SubSecTime (decimal digits of a second), `offset` that of OffsetTime, which some programs
    write behind the time. One that cannot be read is kept in `unread_offset`. `origin` names the place
    in the file where one source has several.
    """
    if not text.strip(" :0/-\0"):  # blanks and zeros are EXIF's way of saying "unknown"
        return None
    local, rest = _split(text.strip())
    if isinstance(local, str):
        return IgnoredReading(source=source, text=text, why=local, origin=origin)
    if fraction.strip().isascii() and fraction.strip().isdigit():
        local = local.replace(microsecond=_microseconds(fraction.strip()))
    return _reading(source, local, beside=(offset.strip(" :\0"), rest), origin=origin)


def _split(text: str) -> tuple[dt.datetime | str, str]:
    """Return the time that a text begins with, or why it has none, and what stands behind it."""
    date = _DATE.match(text)
    if date is None:
        return WHY_NO_TIME, ""
    behind = text[date.end() :]
    time = _TIME.match(behind.lstrip(" T"))
    if time is None or behind[:1] not in {" ", "T"}:
        return WHY_NO_TIME if behind.strip(" T0:") else WHY_DATE_ALONE, ""
    rest = behind.lstrip(" T")[time.end() :]
    if rest[:1].isdigit() or rest.startswith(":"):  # more digits are no seconds
        return WHY_NO_TIME, ""
    hour, minute, second, digits, half = time.groups()
    hours = _hour(int(hour), half)
    if hours is None:
        return f"there is no hour {hour} {half.upper()}M", ""
    year, month, day = (int(part) for part in date.groups())
    fraction = _microseconds(digits or "0")
    try:
        local = dt.datetime(year, month, day, hours, int(minute), int(second or 0), fraction)  # noqa: DTZ001  # a camera's clock
    except ValueError as error:
        return str(error), ""
    return local, rest.strip(" \0")


def _hour(hour: int, half: str | None) -> int | None:
    """Return the hour of 24 of an hour before or after noon; programs also write `18:31 PM`."""
    if half is None:
        return hour
    if half in "pP":
        return hour % _NOON + _NOON if 1 <= hour < 2 * _NOON else None
    return hour % _NOON if hour <= _NOON else None


def _microseconds(digits: str) -> int:
    return int(digits[:6].ljust(6, "0"))


def _reading(
    source: TimeSource, local: dt.datetime, *, beside: Sequence[str], origin: str = ""
) -> ClockReading:
    """Make a reading with the first offset that can be read of the texts beside it."""
    written = [text for text in beside if text]
    offsets = [offset for text in written if (offset := read_offset(text)) is not None]
    unread = [text for text in written if read_offset(text) is None]
    return ClockReading(
        source=source,
        local=local,
        utc_offset=offsets[0] if offsets else None,
        unread_offset=unread[0] if unread else "",
        origin=origin,
    )


def read_iptc_time(date: str, time: str, *, origin: str = "") -> ClockReading | IgnoredReading | None:
    """Read date and time of IPTC, `YYYYMMDD` and `HHMMSS+HHMM`; None when nothing is written there."""
    both = f"{date.strip()} {time.strip()}".strip()
    if not both.strip(" 0+-\0"):
        return None
    day, hour = _IPTC_DATE.fullmatch(date.strip()), _IPTC_TIME.fullmatch(time.strip())
    if day is not None and hour is not None:
        parts = (int(part) for part in (*day.groups(), *hour.groups()[:3]))
        year, month, number, hours, minutes, seconds = parts
        try:
            local = dt.datetime(year, month, number, hours, minutes, seconds)  # noqa: DTZ001  # a camera's clock
        except ValueError as error:
            return IgnoredReading(source=TimeSource.IPTC, text=both, why=str(error), origin=origin)
        return _reading(TimeSource.IPTC, local, beside=[hour[4].strip(" \0")], origin=origin)
    why = WHY_NO_TIME if date.strip() and time.strip() else WHY_DATE_ALONE if date.strip() else WHY_TIME_ALONE
    return IgnoredReading(source=TimeSource.IPTC, text=both, why=why, origin=origin)


def read_gps_time(date: str, time: Sequence[float]) -> ClockReading | IgnoredReading | None:
    """Read GPSDateStamp and GPSTimeStamp (hours, minutes, seconds), which are UTC; None without both."""
    shown = f"{date.strip()} {':'.join(f'{part:g}' for part in time)}".strip()
    dated = date.strip(" :0\0") != ""
    if not dated and not any(time):
        return None
    if not dated or len(time) != _GPS_PARTS:
        why = WHY_DATE_ALONE if dated else WHY_TIME_ALONE
        return IgnoredReading(source=TimeSource.GPS, text=shown, why=why)
    match = _DATE.fullmatch(date.strip(" \0"))
    try:
        if match is None or not all(
            0 <= part < limit for part, limit in zip(time, (24, 60, 60), strict=True)
        ):
            raise ValueError(WHY_NO_TIME)
        year, month, day = (int(part) for part in match.groups())
        hours, minutes, seconds = time
        since = dt.timedelta(hours=hours, minutes=minutes, seconds=round(seconds, 3))
        local = dt.datetime(year, month, day) + since  # noqa: DTZ001  # UTC, as is said beside
    except (ValueError, OverflowError) as error:
        return IgnoredReading(source=TimeSource.GPS, text=shown, why=str(error))
    return ClockReading(source=TimeSource.GPS, local=local, utc_offset=dt.timedelta())
