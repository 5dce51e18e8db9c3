"""Deleting images: how many at a time, what is lost with them, how it is said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from thumper.domain.refusal import InvalidValueError

MOST_IMAGES: Final = 100
"""Images deleted in one request: one transaction, during which no photo is taken in."""

MOST_EXAMPLES: Final = 10
"""Paths named of the files that stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionEffect:
    """What goes and what stays when images are deleted, in numbers; of what stays, some paths."""

    images: int
    originals: int
    """Originals in the library: they are erased."""
    detections: int
    """Boxes of all detectors, and those that people drew."""
    reviews: int
    decisions: int
    """What was decided of which deer they are or are not."""
    marks: int
    """Stars, tags, notes, and words that no animal is there."""
    sightings: int
    files: int
    """Files in receipts that become rejected."""
    files_left: int
    """Files outside of the library that hold these photos, as far as is known; they stay."""
    left_examples: tuple[str, ...]


def refuse_number(images: int, field: str) -> None:
    """Raise `InvalidValueError` unless that many images can be deleted in one request, as `field` says."""
    if not 1 <= images <= MOST_IMAGES:
        raise InvalidValueError(f"{images} images were given; 1 to {MOST_IMAGES} at a time.", field)


def sentence(deleted_at: dt.datetime, *, zone: ZoneInfo) -> str:
    """Return what a file is rejected with whose photo was deleted at an instant; the day is that of a zone."""
    day = deleted_at.astimezone(zone)
    return f"A person deleted this photo on {day.day} {day:%B %Y}."
