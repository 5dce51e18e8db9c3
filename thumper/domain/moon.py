"""The phases of the moon, as cameras that write them into their photos name them."""

from __future__ import annotations

from enum import StrEnum


class MoonPhase(StrEnum):
    """The eight phases in their order."""

    NEW = "new"
    WAXING_CRESCENT = "waxing_crescent"
    FIRST_QUARTER = "first_quarter"
    WAXING_GIBBOUS = "waxing_gibbous"
    FULL = "full"
    WANING_GIBBOUS = "waning_gibbous"
    LAST_QUARTER = "last_quarter"
    WANING_CRESCENT = "waning_crescent"
