"""The scalars beyond GraphQL's own, with descriptions of what they accept."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A whole number that may exceed GraphQL's 32-bit Int."""

Url = NewType("Url", str)
"""An address to fetch something from, or to send something to."""

LocalDateTime = NewType("LocalDateTime", str)
"""A time on a wall clock, ISO 8601 without offset. The rule that takes one judges the text and names its field."""

_LARGEST: Final = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly."""


def _instant(value: Any) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no time; write one such as 2024-11-09T06:30:00-06:00.") from None
    if instant.tzinfo is None:
        raise ValueError(f"{value!r} has no offset from UTC; write one such as 2024-11-09T06:30:00-06:00.")
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError(f"{value!r} lies outside the years 1 to 9999.") from None


def wall_clock(local: dt.datetime) -> LocalDateTime:
    """Write a time without offset."""
    return LocalDateTime(local.isoformat())


def _wall_clock_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"{value!r} is no time on a wall clock; write one such as 2026-11-01T07:30.")


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < len(str(_LARGEST)) + 1:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST <= value <= _LARGEST:
        raise ValueError(f"{value!r} is no whole number from -(2^53 - 1) to 2^53 - 1.")
    return value


SCALARS: Final[dict[object, ScalarDefinition]] = {
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant in RFC 3339 with its offset from UTC, such as 2024-11-09T06:30:00-06:00. "
            "Answers are in UTC; input without an offset is refused."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=dt.datetime.isoformat,
        parse_value=_instant,
    ),
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description=(
            "A time on a wall clock in ISO 8601, such as 2024-11-09T06:30:00: without an offset from UTC, as it is no"
            " instant. Input with an offset is refused, and so is a date alone."
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
