"""What follows when photos turn out to be from another place, in numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from thumper.domain.clock_effect import Effect
from thumper.domain.stay import Stay


class StayKind(StrEnum):
    """What becomes of a deployment."""

    BEGINS = "begins"
    """It is opened for photos that move."""
    MOVES = "moves"
    """All its photos move, and it with them."""
    ENDS = "ends"
    """It lasted, and ends."""
    REACHES = "reaches"
    """It begins or ends at another time: photos become part of it, or leave it."""
    VANISHES = "vanishes"
    """All its photos become part of another, or have no place any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayChange:
    """A deployment before and after; None where there was none, or is none any more."""

    camera_id: UUID
    before: Stay | None
    after: Stay | None

    @property
    def id(self) -> UUID:
        """Id of the deployment."""
        return self.either.id

    @property
    def either(self) -> Stay:
        """The deployment afterwards, or before when it vanishes."""
        stay = self.after or self.before
        if stay is None:
            raise AssertionError("a change has one of the two")
        return stay

    @property
    def kind(self) -> StayKind:
        """What becomes of it."""
        if self.before is None:
            return StayKind.BEGINS
        if self.after is None:
            return StayKind.VANISHES
        if self.before.location_id != self.after.location_id:
            return StayKind.MOVES
        if self.before.ended_at is None and self.after.ended_at is not None:
            return StayKind.ENDS
        return StayKind.REACHES


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMoves:
    """How many images go from one place to another, and the time zones of their clocks; None for no place."""

    images: int
    origin_id: UUID | None
    destination_id: UUID | None
    destination_name: str | None
    zone_before: str
    zone_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEffect:
    """What a change of places does."""

    moves: tuple[ImageMoves, ...]
    already: int
    """Images that were meant and are there already."""
    dumps: int
    """Dumps whose place changes."""
    clock: Effect
    """What becomes of the capture times of the images that move."""
    stays: tuple[StayChange, ...]

    @property
    def images(self) -> int:
        """Images that move."""
        return sum(move.images for move in self.moves)


def opened_first(change: StayChange) -> tuple[dt.datetime, UUID]:
    """Return the key by which changes of deployments are listed."""
    return change.either.opened_at, change.id
