"""What a person says of a clock: whose it is and how wrong it was, by an offset or by one photo."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from thumper.domain.capture_time import ClockReading
from thumper.domain.clock_fix import (
    Bounds,
    OffsetError,
    checked_offset,
    offset_to_instant,
    offset_to_local,
    read_time,
)
from thumper.domain.refusal import InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoTaken:
    """When one photo was really taken: what a right clock showed at its location, or the instant."""

    image_id: UUID
    taken_at_local: str | None = None
    taken_at: dt.datetime | None = None

    def offset_s(self, reading: ClockReading, *, zone: dt.tzinfo) -> int:
        """Return the seconds between what the photo's clock showed and then; raise `InvalidValueError`."""
        try:
            if self.taken_at is not None and self.taken_at_local is None:
                return offset_to_instant(reading, self.taken_at, zone=zone)
            if self.taken_at_local is not None and self.taken_at is None:
                really = _wall_clock(self.taken_at_local, "photo", "taken_at_local")
                return offset_to_local(reading, really, zone=zone)
        except OffsetError as error:
            raise InvalidValueError(str(error), "photo") from None
        message = "Say when it was really taken: takenAtLocal or takenAt, one of the two."
        raise InvalidValueError(message, "photo")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockClaim:
    """Whose clock, how wrong, and which readings are meant: a dump's or a deployment's, an offset or a photo."""

    dump_id: UUID | None = None
    deployment_id: UUID | None = None
    offset_seconds: int | None = None
    photo: PhotoTaken | None = None
    shown_after: str | None = None
    shown_before: str | None = None
    note: str = ""

    def refuse_two_offsets(self) -> None:
        """Raise `InvalidValueError` unless either the offset or a photo is given."""
        if (self.offset_seconds is None) == (self.photo is None):
            message = "Say how wrong the clock was: offsetSeconds or photo, one of the two."
            raise InvalidValueError(message, "offset_seconds")

    def shown(self) -> Bounds:
        """Return the readings that are meant; raise `InvalidValueError`."""
        after = None if self.shown_after is None else _wall_clock(self.shown_after, "shown_after")
        before = None if self.shown_before is None else _wall_clock(self.shown_before, "shown_before")
        try:
            return Bounds.between(after, before)
        except ValueError:
            message = "No clock shows a time between shownAfter and shownBefore, which must be later."
            raise InvalidValueError(message, "shown_before") from None

    def given_offset_s(self) -> int:
        """Return the offset that was given; raise `InvalidValueError`."""
        try:
            return checked_offset(self.offset_seconds or 0)
        except OffsetError as error:
            raise InvalidValueError(str(error), "offset_seconds") from None


def _wall_clock(text: str, *field: str) -> dt.datetime:
    try:
        local = read_time(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        message = (
            f"{text[:40]!r} is no time on a wall clock; write one such as 2026-11-01T07:30, without offset."
        )
        raise InvalidValueError(message, *field)
    return local
