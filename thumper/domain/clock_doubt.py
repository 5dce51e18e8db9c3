"""What is doubtful about a camera's clock: words for photos whose time needs a person's look.

A doubt never changes a time; it finds the photos that may need a clock repair.
"""

from __future__ import annotations

from enum import StrEnum


class ClockDoubt(StrEnum):
    """Why the clock of a photo is doubted; the order is that of seriousness."""

    YEAR_OUT_OF_RANGE = "year_out_of_range"
    """The clock shows a year in which the photo cannot have been taken, so it has no capture time."""
    FACTORY_DATE = "factory_date"
    """The clock shows the date that cameras fall back to when their batteries are changed."""
    JUMPED_BACK = "jumped_back"
    """A later photo of the same card and camera shows an earlier time."""


class DstEdge(StrEnum):
    """What the change to or from daylight-saving time does to a wall-clock reading."""

    AMBIGUOUS = "ambiguous"
    """The hour that comes twice: the first of the two instants is taken, and this word says so."""
    MISSING = "missing"
    """The hour that is left out: the clock was not changed; the offset before the change is taken."""
