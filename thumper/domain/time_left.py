"""How long everything that waits will take: the model looks at new photos only, known files cost it nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """The files of one delivery: those that wait, those that have settled, and how many of these were new photos.

    `elapsed_s` is how long ago the first one was seen.
    """

    waiting: int
    settled: int
    new: int
    elapsed_s: float

    @property
    def new_share(self) -> float:
        """The share of its waiting files that will be new photos, as far as the settled ones tell.

        With nothing settled all of them count as new, and each settled file counts as much as that first guess: a
        card of known photos is soon taken for one, and a burst of duplicates does not hide what follows it.
        """
        return (self.new + 1) / (self.settled + 1)

    @property
    def reading_s(self) -> float:
        """Seconds in which its waiting files are read, at the pace so far; 0 while there is none."""
        return self.waiting * self.elapsed_s / self.settled if self.settled else 0.0


def time_left_s(
    *, images: int, files: int, arriving: Sequence[Arriving], images_per_s: float | None
) -> float | None:
    """Return the seconds until `images` and all waiting `files` are done; None without any, or without a known speed.

    Files that wait in deliveries other than `arriving` count as new. Files are read while the model works: what takes
    longer decides.
    """
    if not images + files:
        return None
    elsewhere = max(files - sum(own.waiting for own in arriving), 0)
    expected = images + elsewhere + sum(own.waiting * own.new_share for own in arriving)
    if not images_per_s:
        return None
    return max([expected / images_per_s, *(own.reading_s for own in arriving)])
