"""Offsets from UTC as cameras and programs write them beside a time.

The EXIF standard has one way (`+HH:MM`), and files have a dozen. One that cannot be
read is never guessed: who reads it keeps the text, so that a person can be told.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_OFFSET: Final = re.compile(
    r"(?:(?:UTC|GMT) ?)?([+\-\u2212])(\d{1,2})(?::?([0-5]\d))?|Z|UTC|GMT", re.IGNORECASE | re.ASCII
)
"""`+05:30`, `+0530`, `-5:00`, `+5`, `UTC-5`, `GMT+01:00`, `Z`; U+2212 is the typographer's minus."""

_LEAST: Final = dt.timedelta(hours=-12)
_MOST: Final = dt.timedelta(hours=14)
"""The zones furthest from UTC: ships west of the date line, and Kiribati (tz database)."""
_STEP_MINUTES: Final = 15
"""Every zone of today is a multiple of a quarter of an hour from UTC; Nepal has +05:45."""
_WESTERN_HALVES: Final = frozenset(dt.timedelta(hours=-hours, minutes=-30) for hours in (2, 3, 4, 9))
"""Newfoundland in summer and winter, Venezuela until 2016, the Marquesas (tz database)."""


def read_offset(text: str) -> dt.timedelta | None:
    """Return the offset that a text says; None when it says none that a place on Earth has."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        return None
    if match[1] is None:
        return dt.timedelta()
    minutes = int(match[3] or 0)
    size = dt.timedelta(hours=int(match[2]), minutes=minutes)
    offset = size if match[1] == "+" else -size
    return offset if minutes % _STEP_MINUTES == 0 and _LEAST <= offset <= _MOST else None


def is_kept_in_the_west(offset: dt.timedelta) -> bool:
    """Return whether clocks of a zone west of Greenwich have shown an offset since digital cameras exist."""
    whole = offset % dt.timedelta(hours=1) == dt.timedelta()
    return _LEAST <= offset < dt.timedelta() and (whole or offset in _WESTERN_HALVES)


def write_offset(offset: dt.timedelta) -> str:
    """Write an offset as the EXIF standard has it: `-05:00`."""
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
