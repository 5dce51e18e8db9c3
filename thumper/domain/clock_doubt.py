"""What is doubtful about a camera's clock: words for photos whose time needs a person's look, and how they are found.

A doubt never changes a time; it finds the photos that may need a clock repair. It is cast on what the clock
showed, whatever was made of that since. Where a card does not tell, nothing is doubted.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from thumper.domain.card_order import Slot, in_order


class ClockDoubt(StrEnum):
    """Why the clock of a photo is doubted; the order is that of seriousness."""

    YEAR_OUT_OF_RANGE = "year_out_of_range"
    """The clock shows a year in which the photo cannot have been taken, so it has no capture time."""
    AHEAD_OF_ARRIVAL = "ahead_of_arrival"
    """The photo was taken more than a day after it arrived, by its clock. Never recorded: both times are."""
    FACTORY_DATE = "factory_date"
    """The clock runs since the first hours of a 1 January, as after its battery was changed."""
    JUMPED_BACK = "jumped_back"
    """The clock went back on the way through a card, and these photos are out of the order of the others."""


class DstEdge(StrEnum):
    """What the change to or from daylight-saving time does to a wall-clock reading."""

    AMBIGUOUS = "ambiguous"
    """The hour that comes twice: the first of the two instants is taken, and this word says so."""
    MISSING = "missing"
    """The hour that is left out: the clock was not changed; the offset before the change is taken."""


FIRST_HOURS: Final = dt.timedelta(hours=12)
"""How long after midnight of 1 January a clock that lost its settings may have taken its first photo.

Clocks without power begin again at 1 January, 00:00, of a year of the maker's choice: 1970 (github.com/gopro/labs
issue 367), 2000 (github.com/greiginsydney/Intervalometerator issue 139), 2005 (a Nikon, community.virginmedia.com
thread 3931292). The manual of camtrapR names changed batteries as the cause of wrong times. Batteries are changed
by day, and the first animal comes by night: twelve hours are our choice."""

LEAP: Final = dt.timedelta(days=90)
"""Longest time that a camera may take no photo before the ones after it count as another run of its clock."""

SLACK: Final = dt.timedelta(hours=1)
"""A clock may go back so far without a doubt: the end of daylight-saving time."""

AHEAD: Final = dt.timedelta(days=1)
"""A photo may seem to be taken so long after its arrival without a doubt: its zone may be another than is assumed."""

Camera: TypeAlias = UUID | bytes
"""A camera by id; the folder of photos that do not say which camera took them."""
NewYear: TypeAlias = tuple[Camera, int]
"""A camera and the year that began when its clock seems to have begun."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the clock of a camera showed for one photo, and where its file stands on the card."""

    image_id: UUID
    camera_id: UUID | None
    slot: Slot
    local: dt.datetime

    @property
    def camera(self) -> Camera:
        """The camera, or the folder when the photo names none."""
        return self.slot.card if self.camera_id is None else self.camera_id


def ahead_of_arrival(taken_at: dt.datetime | None, *, arrived: dt.datetime) -> bool:
    """Return whether a photo cannot have been taken at an instant, since it had arrived (both aware)."""
    return taken_at is not None and taken_at - arrived > AHEAD


def doubt_of(
    recorded: ClockDoubt | None, *, taken_at: dt.datetime | None, arrived: dt.datetime
) -> ClockDoubt | None:
    """Return why the clock of a photo is doubted, by what is recorded and by its time as it is now."""
    return ClockDoubt.AHEAD_OF_ARRIVAL if ahead_of_arrival(taken_at, arrived=arrived) else recorded


def is_suspect(doubt: ClockDoubt | None, *, fixed: bool) -> bool:
    """Return whether a clock needs repair: a repair settles a doubt, but not with a time that cannot be right."""
    return doubt is ClockDoubt.AHEAD_OF_ARRIVAL or (doubt is not None and not fixed)


def new_years(photos: Iterable[Shown]) -> set[NewYear]:
    """Return the cameras whose clock seems to have begun on a 1 January, each with the year.

    From the camera's other photos a caller can tell which of them went on from the December before.
    """
    return {(run[0].camera, run[0].local.year) for run in _runs(photos) if _begins_a_year(run[0].local)}


def doubts(
    photos: Sequence[Shown], *, continued: Collection[NewYear], arrived: dt.datetime
) -> dict[UUID, ClockDoubt]:
    """Return which photos of a card are doubted, and why, by image id.

    `continued` are those of `new_years` that went on from the year before. `arrived` (naive) is when the
    card was delivered: a clock that came as far as that was right.
    """
    found = {
        photo.image_id: ClockDoubt.FACTORY_DATE
        for run in _runs(photos)
        if _begins_a_year(run[0].local)
        and (run[0].camera, run[0].local.year) not in continued
        and run[-1].local < arrived - LEAP
        for photo in run
    }
    rest = [photo for photo in photos if photo.image_id not in found and photo.camera_id is not None]
    for series in _grouped(rest, lambda photo: (photo.camera_id, photo.slot.card, photo.slot.series)):
        ordered = in_order(series, slot=lambda photo: photo.slot, jumps=_jumps)
        if ordered is not None:
            found |= _jumped(ordered)
    return found


def _grouped(photos: Iterable[Shown], key: Callable[[Shown], Hashable]) -> Iterator[list[Shown]]:
    groups: dict[Hashable, list[Shown]] = {}
    for photo in photos:
        groups.setdefault(key(photo), []).append(photo)
    yield from groups.values()


def _runs(photos: Iterable[Shown]) -> Iterator[list[Shown]]:
    """Yield the photos of each camera by the time shown, cut where none was taken for long."""
    for own in _grouped(photos, lambda photo: photo.camera):
        own.sort(key=lambda photo: photo.local)
        start = 0
        for number, (one, next_one) in enumerate(itertools.pairwise(own), 1):
            if next_one.local - one.local > LEAP:
                yield own[start:number]
                start = number
        yield own[start:]


def _begins_a_year(local: dt.datetime) -> bool:
    return local - local.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0) < FIRST_HOURS


def _stretches(ordered: Iterable[Shown]) -> list[list[Shown]]:
    """Cut photos, in the order in which they were taken, wherever the clock went back or leapt ahead."""
    stretches: list[list[Shown]] = []
    newest: dt.datetime | None = None
    for photo in ordered:
        if newest is None or not newest - SLACK <= photo.local <= newest + LEAP:
            stretches.append([])
            newest = photo.local
        stretches[-1].append(photo)
        newest = max(newest, photo.local)
    return stretches


def _end(stretch: Sequence[Shown]) -> dt.datetime:
    return max(photo.local for photo in stretch)


def _jumps(ordered: Iterable[Shown]) -> int:
    """Count how often the clock went back."""
    return sum(
        after[0].local < _end(before) - SLACK for before, after in itertools.pairwise(_stretches(ordered))
    )


def _jumped(ordered: Iterable[Shown]) -> dict[UUID, ClockDoubt]:
    """Doubt every stretch of photos that begins before an earlier, trusted one ended.

    When the clock only leapt ahead for a few photos and came back to where it had been, those are doubted.
    """
    trusted: list[list[Shown]] = []
    found: dict[UUID, ClockDoubt] = {}
    for stretch in _stretches(ordered):
        start = stretch[0].local
        while len(trusted) > 1 and _only_leapt(trusted[-1], before=trusted[-2], after=start):
            found |= dict.fromkeys((photo.image_id for photo in trusted.pop()), ClockDoubt.JUMPED_BACK)
        if not trusted or start >= _end(trusted[-1]) - SLACK:
            trusted.append(stretch)
            continue
        doubt = ClockDoubt.FACTORY_DATE if _begins_a_year(start) else ClockDoubt.JUMPED_BACK
        found |= dict.fromkeys((photo.image_id for photo in stretch), doubt)
    return found


def _only_leapt(stretch: Sequence[Shown], *, before: Sequence[Shown], after: dt.datetime) -> bool:
    """Return whether a clock was ahead for a few photos, and then went on from where it had been."""
    return len(stretch) < len(before) and _end(before) - SLACK <= after < _end(stretch) - SLACK
