"""What moving clocks does to the capture times of a set of images, in numbers and by example."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from thumper.domain.clock_doubt import DstEdge


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What happens to one image: its clock showed `local`; instants are UTC, None without a capture time."""

    image_id: UUID
    local: dt.datetime
    before: dt.datetime | None
    after: dt.datetime | None
    dst_edge: DstEdge | None
    """What daylight-saving time makes of the time afterwards."""
    ahead: bool = False
    """Whether it would then have been taken after it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """First and last of some instants; None when there are none."""

    first: dt.datetime | None = None
    last: dt.datetime | None = None

    def reaching(self, instant: dt.datetime | None) -> Span:
        """Return the span that holds an instant too."""
        if instant is None:
            return self
        if self.first is None or self.last is None:
            return Span(first=instant, last=instant)
        if self.first <= instant <= self.last:
            return self
        return Span(first=min(self.first, instant), last=max(self.last, instant))


@dataclass(slots=True, kw_only=True)
class Effect:
    """Counts of images, gathered one by one. `read` are those whose clock was read at all."""

    read: int = 0
    without_reading: int = 0
    changed: int = 0
    gained: int = 0
    """Images without a capture time that get one."""
    lost: int = 0
    """Images that lose theirs, because the year becomes impossible."""
    impossible: int = 0
    """Images whose clock was read and that have no capture time afterwards; those that lose theirs among them."""
    ahead: int = 0
    """Images that would have been taken more than a day after they arrived."""
    ambiguous: int = 0
    missing: int = 0
    before: Span = Span()
    after: Span = Span()
    earliest: Move | None = None
    latest: Move | None = None
    named: Move | None = None
    """The image that was asked for by name."""

    @property
    def images(self) -> int:
        """All images that are covered."""
        return self.read + self.without_reading

    @property
    def examples(self) -> list[Move]:
        """The image that was named, and those whose clocks showed the earliest and the latest time."""
        found = {move.image_id: move for move in (self.named, self.earliest, self.latest) if move is not None}
        return sorted(found.values(), key=lambda move: (move.local, move.image_id))

    def add(self, move: Move, *, named: bool = False) -> None:
        """Count one more image."""
        self.read += 1
        self.changed += move.before != move.after
        self.gained += move.before is None and move.after is not None
        self.lost += move.before is not None and move.after is None
        self.impossible += move.after is None
        self.ahead += move.ahead
        self.ambiguous += move.dst_edge is DstEdge.AMBIGUOUS
        self.missing += move.dst_edge is DstEdge.MISSING
        self.before = self.before.reaching(move.before)
        self.after = self.after.reaching(move.after)
        if self.earliest is None or move.local < self.earliest.local:
            self.earliest = move
        if self.latest is None or move.local > self.latest.local:
            self.latest = move
        if named:
            self.named = move
