"""What a person is asked when a whole card is old: whether the camera's clock was wrong, or the photos are old.

A clock that is a year slow on all photos of a card contradicts nothing on it. Only the day on which the card
arrived can tell, and only a person knows whether the card came out of a camera or out of a drawer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

OLD: Final = dt.timedelta(days=60)
"""How much older than its arrival the newest photo of a card may be before anybody is asked. Cards are fetched every
few weeks in the season, and a camera takes something every few days (our choice)."""

_A_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockQuestion:
    """The newest photo of a dump whose time is believed, as corrected, and when the dump arrived; both aware."""

    dump_id: UUID
    newest_id: UUID
    newest_at: dt.datetime
    arrived_at: dt.datetime

    @property
    def days(self) -> int:
        """Whole days between the newest photo and the arrival, of which there were more: 60 of 60 days and an hour."""
        return (self.arrived_at - self.newest_at).days

    @property
    def proposed_offset_s(self) -> int | None:
        """Seconds to add if only the year is wrong; None when no other year makes the card one of the last weeks."""
        for year in range(self.newest_at.year + 1, self.arrived_at.year + 2):
            moved = _in_year(self.newest_at, year)
            if self.arrived_at - OLD <= moved <= self.arrived_at + _A_DAY:
                return int((moved - self.newest_at).total_seconds())
        return None

    def sentence(self, zone: dt.tzinfo) -> str:
        """Return the question; the day is that of a place in `zone`."""
        newest = self.newest_at.astimezone(zone)
        return (
            f"The newest photo of this card is of {newest.day} {newest:%B %Y}, more than {self.days} days before"
            " the card came:"
            " was the card in the camera until now?"
        )


ADVICE: Final = (
    "If it was, the camera's clock is wrong: repair it with `thumper clock fix` (fixClock). If not, as with an archive,"
    " or if the clock is right: `thumper clock right` (confirmClocks), and it is not asked again."
)
"""What a person can do about the question."""


def _in_year(instant: dt.datetime, year: int) -> dt.datetime:
    """Return the same day and time of another year; 1 March for the 29 February that it does not have."""
    try:
        return instant.replace(year=year)
    except ValueError:
        return instant.replace(year=year, month=3, day=1)
