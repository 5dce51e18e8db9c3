"""What a receipt warns of about the clocks of a dump's photos, with what to do.

A warning is a count of photos, each of which counts once among the doubts of its clock, once for an offset that cannot
be read, and once among the edges of daylight-saving time. Photos whose clock somebody has repaired are no longer
doubted, unless the repair cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge, is_suspect


class ClockWarning(StrEnum):
    """One warning; its value is the stable code. The order is that of seriousness."""

    YEAR_OUT_OF_RANGE = "YEAR_OUT_OF_RANGE"
    AHEAD_OF_ARRIVAL = "AHEAD_OF_ARRIVAL"
    FACTORY_DATE = "FACTORY_DATE"
    JUMPED_BACK = "JUMPED_BACK"
    NO_TIME = "NO_TIME"
    OFFSET_UNREADABLE = "OFFSET_UNREADABLE"
    AMBIGUOUS_HOUR = "AMBIGUOUS_HOUR"
    MISSING_HOUR = "MISSING_HOUR"

    @property
    def sentence(self) -> str:
        """What is doubtful, about one photo or many."""
        return _TEXTS[self][0]

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _TEXTS[self][1]


_REPAIR: Final = (
    "`thumper clock suspects` lists them with the command that repairs them"
    " (images(where: {clockSuspect: true}), fixClock)."
)

_TEXTS: Final[dict[ClockWarning, tuple[str, str]]] = {
    ClockWarning.YEAR_OUT_OF_RANGE: (
        "The clock showed a year in which the photos cannot have been taken, so they have no capture time.",
        _REPAIR,
    ),
    ClockWarning.AHEAD_OF_ARRIVAL: (
        "By the clock the photos were taken more than a day after they arrived.",
        f"{_REPAIR} If a repair of their deployment made them so, the camera's clock was set since: repair this dump.",
    ),
    ClockWarning.FACTORY_DATE: (
        "The clock ran on from a 1 January, as clocks of cameras do after their batteries were changed.",
        _REPAIR,
    ),
    ClockWarning.JUMPED_BACK: (
        "The clock went back on the way through the card: the photos are out of the order of the others.",
        _REPAIR,
    ),
    ClockWarning.NO_TIME: (
        "Neither the photos nor their names say when they were taken, so they have no capture time.",
        (
            "Find them with images(where: {dumpId: …, timeSource: NONE}); `thumper cameras explain` shows what is"
            " written and why it does not count. If the camera can write the time into its files, switch that on."
        ),
    ),
    ClockWarning.OFFSET_UNREADABLE: (
        "An offset from UTC stands beside the time and cannot be read: the zone of the place was taken instead.",
        (
            "Find them with images(where: {dumpId: …, offsetUnreadable: true}); `thumper cameras explain` shows what is"
            " written. If the times are wrong, `thumper clock fix` (fixClock)."
        ),
    ),
    ClockWarning.AMBIGUOUS_HOUR: (
        "They were taken in the hour that comes twice when daylight-saving time ends; the first one is assumed.",
        "Nothing, if an hour more or less does not matter; else `thumper clock fix` (fixClock) for the later ones.",
    ),
    ClockWarning.MISSING_HOUR: (
        "They show an hour that daylight-saving time leaves out: the camera's clock was not changed.",
        "Set the camera's clock, and repair the photos since the change with `thumper clock fix` (fixClock).",
    ),
}

_DOUBTS: Final = {
    ClockDoubt.YEAR_OUT_OF_RANGE: ClockWarning.YEAR_OUT_OF_RANGE,
    ClockDoubt.AHEAD_OF_ARRIVAL: ClockWarning.AHEAD_OF_ARRIVAL,
    ClockDoubt.FACTORY_DATE: ClockWarning.FACTORY_DATE,
    ClockDoubt.JUMPED_BACK: ClockWarning.JUMPED_BACK,
}
_EDGES: Final = {
    DstEdge.AMBIGUOUS: ClockWarning.AMBIGUOUS_HOUR,
    DstEdge.MISSING: ClockWarning.MISSING_HOUR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockGroup:
    """Images with the same words about their clock; `fixed` when somebody has repaired it."""

    time_source: TimeSource
    doubt: ClockDoubt | None
    dst_edge: DstEdge | None
    fixed: bool
    images: int
    offset_unreadable: bool = False


def warnings(groups: Iterable[ClockGroup]) -> list[tuple[ClockWarning, int]]:
    """Return what there is to warn of, with the number of images, most serious first."""
    counts = dict.fromkeys(ClockWarning, 0)
    for group in groups:
        if group.doubt is not None and is_suspect(group.doubt, fixed=group.fixed):
            counts[_DOUBTS[group.doubt]] += group.images
        elif group.time_source is TimeSource.NONE:
            counts[ClockWarning.NO_TIME] += group.images
        if group.offset_unreadable and not group.fixed:
            counts[ClockWarning.OFFSET_UNREADABLE] += group.images
        if group.dst_edge is not None:
            counts[_EDGES[group.dst_edge]] += group.images
    return [(warning, images) for warning, images in counts.items() if images]


def time_sources(groups: Iterable[ClockGroup]) -> list[tuple[TimeSource, int]]:
    """Return which sources of capture times were used, with the number of images, most trusted first."""
    counts = dict.fromkeys(TimeSource, 0)
    for group in groups:
        counts[group.time_source] += group.images
    return [(source, images) for source, images in counts.items() if images]
