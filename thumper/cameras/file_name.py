"""Names of photo files that hold a time or a place, read as a profile describes them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from thumper.cameras.pattern import compiled
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.dated_name import without_date
from thumper.domain.utc_offset import is_kept_in_the_west, read_offset
from thumper.domain.written_time import read_written_time

DATE_GROUPS: Final = ("month", "day")
EITHER_GROUPS: Final = ("day_or_month", "month_or_day")
"""The two numbers of a date whose order the style leaves open."""
_ALWAYS: Final = ("year",)
_TIME: Final = ("hour", "minute")
_TIME_OR_COUNTER: Final = "time_or_counter"
"""Four digits behind a date: hours and minutes, or a number."""
_SOMETIMES: Final = ("second", "half", "offset", "offset_or_counter")
"""`half` is AM or PM, `offset` one from UTC; what may be one and may be a counter is named, not read."""

_KNOWN_GROUPS: Final = frozenset(
    {*_ALWAYS, *_TIME, _TIME_OR_COUNTER, *_SOMETIMES, *DATE_GROUPS, *EITHER_GROUPS, "location"}
)
_MONTHS: Final = 12
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_LETTERS: Final = 3
WHY_EITHER: Final = "which number is the day is not known; a camera profile of your own can say it"
WHY_COUNTER: Final = (
    "the four digits behind the date may be a time or a counter; a camera profile of your own can say it"
)


def _file_name_pattern(text: Any) -> re.Pattern[str]:
    pattern = compiled(text, re.IGNORECASE)
    groups = set(pattern.groupindex)
    if unknown := sorted(groups - _KNOWN_GROUPS):
        raise ValueError(
            f"has unknown groups {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN_GROUPS))}"
        )
    date = EITHER_GROUPS if groups & set(EITHER_GROUPS) else DATE_GROUPS
    time = (_TIME_OR_COUNTER,) if _TIME_OR_COUNTER in groups else _TIME
    if groups - {"location"} and (missing := sorted({*_ALWAYS, *date, *time} - groups)):
        raise ValueError(f"reads a time without {', '.join(missing)}")
    if not groups:
        raise ValueError("reads neither a time nor a location")
    return pattern


class FileName(BaseModel):
    """One style of file names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Annotated[re.Pattern[str], BeforeValidator(_file_name_pattern)]
    """Regular expression, matched against the whole name without folders, whatever its case."""
    example: str
    """A name that it must match: its documentation and its test."""

    @model_validator(mode="after")
    def _matches_its_example(self) -> Self:
        if self.pattern.fullmatch(self.example) is None:
            raise ValueError(f"the pattern does not match the example {self.example}")
        return self


def read_clock(match: re.Match[str]) -> ClockReading | IgnoredReading | None:
    """Return the time that a matched name holds; None without one."""
    parts = {group: (text or "").strip() for group, text in match.groupdict().items()}
    if "year" not in parts:
        return None
    date = _date(parts)
    if date is None:
        text = f"{parts['day_or_month']}-{parts['month_or_day']}-{parts['year']}"
        return IgnoredReading(source=TimeSource.FILE_NAME, text=text, why=WHY_EITHER)
    if _TIME_OR_COUNTER in parts:
        return _time_or_counter(date, parts[_TIME_OR_COUNTER])
    time = ":".join(parts.get(group) or "00" for group in ("hour", "minute", "second"))
    # That shape, but no date: a serial number, a counter.
    clock = read_written_time(
        TimeSource.FILE_NAME, f"{date} {time} {parts.get('half', '')}", offset=_offset(parts, "offset")
    )
    if not isinstance(clock, ClockReading):
        return None
    unread = _offset(parts, "offset_or_counter")
    offset = read_offset(unread)
    if offset is None or not is_kept_in_the_west(offset):
        return clock
    return replace(clock, unread_offset=parts["offset_or_counter"])


def _time_or_counter(date: str, digits: str) -> IgnoredReading | None:
    """Return what is not believed of a date and four digits; None where they are no time either."""
    clock = read_written_time(TimeSource.FILE_NAME, f"{date} {digits[:2]}:{digits[2:]}")
    if not isinstance(clock, ClockReading):
        return None
    return IgnoredReading(
        source=TimeSource.FILE_NAME, text=f"{clock.local:%Y-%m-%d} {digits}", why=WHY_COUNTER
    )


def _offset(parts: dict[str, str], group: str) -> str:
    """Return an offset as files have it: the names of files on a card hold no colons."""
    return re.sub("[_.]", ":", parts.get(group, ""))


def _date(parts: dict[str, str]) -> str | None:
    """Return the date that a name holds, as EXIF writes it; None when its day may be its month."""
    if "day" in parts:
        return f"{parts['year']}:{_month(parts['month'])}:{parts['day']}"
    numbers = [parts[group] for group in EITHER_GROUPS]
    if not all(number.isdecimal() for number in numbers):
        return ""
    first, second = (int(number) for number in numbers)
    if first != second and max(first, second) <= _MONTHS:
        return None
    return f"{parts['year']}:{min(first, second)}:{max(first, second)}"


def _month(text: str) -> str:
    """Return the number of a month that is written as a number or as an English word."""
    letters = text.lower()[:_MONTH_LETTERS]
    return str(_MONTH_NAMES.index(letters) + 1) if letters in _MONTH_NAMES else text


def read_location(match: re.Match[str]) -> str | None:
    """Return the name of a place that a matched name holds; None without one, as where a date alone stands."""
    name = (match.groupdict().get("location") or "").strip()
    return None if not name or without_date(name) == "" else name
