"""Where the original of a photo is from its admission on: where it was found, or in the library."""

from __future__ import annotations

from enum import StrEnum


class Keep(StrEnum):
    """What is done about an original; its value is the word of `THUMPER_KEEP`."""

    IN_PLACE = "in-place"
    """It stays where it was found: Thumper refers to it and only ever reads it."""
    COPY = "copy"
    """It is copied into the library and verified by reading back; what was found is only read."""
