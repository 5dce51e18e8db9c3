"""The scalars beyond GraphQL's own, with descriptions of what they accept."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A whole number that may exceed GraphQL's 32-bit Int."""

Url = NewType("Url", str)
"""An address to fetch something from, or to send something to."""

LocalDateTime = NewType("LocalDateTime", str)
"""A time on a wall clock, without offset."""

_LARGEST: Final = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly."""


_DATE_AND_MINUTE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}"
_CALENDAR_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK_TIME: Final = re.compile("[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_FRACTION: Final = r"(?:\.[0-9]+)?"
_RFC_3339: Final = re.compile(
    rf"({_DATE_AND_MINUTE}):([0-9]{{2}})({_FRACTION})(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])", re.IGNORECASE
)
_WALL_CLOCK: Final = re.compile(rf"{_DATE_AND_MINUTE}(?::[0-9]{{2}}{_FRACTION})?")
_LEAP: Final = "60"
"""Seconds that only the last minute of a day in UTC has, once in some years (RFC 3339, 5.7)."""
_SHOWN: Final = 60
"""Characters of a value that its refusal repeats."""


def _refuse(value: Any, wrong: str) -> ValueError:
    return ValueError(f"{repr(value)[:_SHOWN]} {wrong}")


def _instant(value: Any) -> dt.datetime:
    """Read RFC 3339, and nothing else that ISO 8601 or Python would take."""
    match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refuse(value, "is no time in RFC 3339; write one such as 2024-11-09T06:30:00-06:00.")
    minute, second, fraction, offset = match.groups()
    leap = second == _LEAP
    try:
        written = f"{minute}:{'59' if leap else second}{'' if leap else fraction}{offset}".upper()
        instant = dt.datetime.fromisoformat(written).astimezone(dt.UTC) + dt.timedelta(seconds=leap)
    except (ValueError, OverflowError):
        raise _refuse(value, "is no time of the years 1 to 9999.") from None
    if leap and (instant.hour, instant.minute) != (0, 0):
        raise _refuse(value, "is no time: 60 seconds has only the last minute of a day in UTC.")
    return instant


def wall_clock(local: dt.datetime) -> LocalDateTime:
    """Write a time without offset."""
    return LocalDateTime(local.isoformat())


def _wall_clock_text(value: Any) -> str:
    """Return the text of a time on a wall clock; whether it fits where it is given is judged there."""
    if isinstance(value, str) and _WALL_CLOCK.fullmatch(value):
        with contextlib.suppress(ValueError):
            dt.datetime.fromisoformat(value)
            return value
    raise _refuse(
        value, "is no time on a wall clock; write one such as 2026-11-01T07:30:00, without an offset."
    )


def _day(value: Any) -> dt.date:
    """Read the extended form of ISO 8601, and no other that Python would take."""
    if isinstance(value, str) and _CALENDAR_DAY.fullmatch(value):
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(value)
    raise _refuse(value, "is no day of the calendar; write one such as 2024-11-09.")


def _time_of_day(value: Any) -> dt.time:
    if isinstance(value, str) and _CLOCK_TIME.fullmatch(value):
        with contextlib.suppress(ValueError):
            return dt.time.fromisoformat(value)
    raise _refuse(
        value, "is no time of the day; write one such as 06:30 or 18:00:00, from 00:00 to 23:59:59."
    )


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < len(str(_LARGEST)) + 1:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST <= value <= _LARGEST:
        raise _refuse(value, "is no whole number from -(2^53 - 1) to 2^53 - 1.")
    return value


SCALARS: Final[dict[object, ScalarDefinition]] = {
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant in RFC 3339 with its offset from UTC, such as 2024-11-09T06:30:00-06:00. Answers are in UTC."
            " Any other form is refused: without offset or seconds, with a blank in place of the T, a date alone."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=dt.datetime.isoformat,
        parse_value=_instant,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A day of the calendar at some place, in ISO 8601, such as 2024-11-09.",
        serialize=dt.date.isoformat,
        parse_value=_day,
    ),
    dt.time: strawberry.scalar(
        name="LocalTime",
        description="A time of the day on a wall clock, such as 06:30 or 06:30:15: hours and minutes, seconds if"
        " wanted, without an offset from UTC.",
        serialize=dt.time.isoformat,
        parse_value=_time_of_day,
    ),
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description=(
            "A time on a wall clock, such as 2024-11-09T06:30:00: date and time as in RFC 3339, without an offset from"
            " UTC, as it is no instant. Seconds may be left out. Any other form is refused: with an offset, with a"
            " blank in place of the T, a date alone."
        ),
        serialize=str,
        parse_value=_wall_clock_text,
    ),
    Url: strawberry.scalar(
        name="URL",
        description="An absolute address of RFC 3986, such as http://localhost:8480/media/SW1hZ2U6MDE5Mm…/thumb. To be"
        " used as it is: what it is made of may change.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3986",
        serialize=str,
        parse_value=str,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number up to 2^53 - 1, such as a number of bytes or of a feed event.",
        serialize=int,
        parse_value=_whole,
    ),
}
