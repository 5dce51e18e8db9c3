"""Names of photo files that hold a time or a place, read as a profile describes them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from thumper.cameras.pattern import compiled
from thumper.domain.capture_time import ClockReading, TimeSource

CLOCK_GROUPS: Final = ("year", "month", "day", "hour", "minute", "second")
"""Named groups that together make a wall-clock time; the second may be missing."""

_KNOWN_GROUPS: Final = frozenset({*CLOCK_GROUPS, "location"})


def _file_name_pattern(text: Any) -> re.Pattern[str]:
    pattern = compiled(text, re.IGNORECASE)
    groups = set(pattern.groupindex)
    if unknown := sorted(groups - _KNOWN_GROUPS):
        raise ValueError(
            f"has unknown groups {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN_GROUPS))}"
        )
    clock = groups & set(CLOCK_GROUPS)
    if clock and (missing := sorted(set(CLOCK_GROUPS) - {"second"} - clock)):
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


def read_clock(match: re.Match[str]) -> ClockReading | None:
    """Return the time that a matched name holds; None without one."""
    parts = match.groupdict()
    if not set(CLOCK_GROUPS[:-1]) <= parts.keys():
        return None
    try:
        year, month, day, hour, minute, second = (int(parts.get(group) or 0) for group in CLOCK_GROUPS)
        local = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a camera's clock
    except (ValueError, OverflowError):  # that shape, but no date: a serial number, a counter
        return None
    return ClockReading(source=TimeSource.FILE_NAME, local=local)


def read_location(match: re.Match[str]) -> str | None:
    """Return the name of a place that a matched name holds; None without one."""
    name = (match.groupdict().get("location") or "").strip()
    return name or None
