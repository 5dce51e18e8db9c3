"""Which photos are one burst: those of one camera between which no minute passes.

A feeder camera takes three photos a trigger and triggers again as long as something moves, so that a visit is many
photos. What the camera itself counts (`Image.sequence`) is a trigger, and most cameras do not say it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, NamedTuple

LONGEST_GAP: Final = dt.timedelta(seconds=60)
"""What may pass between two photos of a burst; with more a new one begins."""


class Span(NamedTuple):
    """The capture times of the first and the last photo of a burst."""

    first: dt.datetime
    last: dt.datetime


def spans(times: Iterable[dt.datetime]) -> list[Span]:
    """Return the bursts of one camera, the earliest first, by the capture times of its photos in any order."""
    found: list[Span] = []
    for moment in sorted(times):
        if found and moment - found[-1].last <= LONGEST_GAP:
            found[-1] = Span(found[-1].first, moment)
        else:
            found.append(Span(moment, moment))
    return found


class Reach(NamedTuple):
    """How far a burst goes in one direction, and whether it was seen to end there."""

    moment: dt.datetime
    ended: bool


def reach(moment: dt.datetime, beyond: Iterable[dt.datetime]) -> Reach:
    """Return how far the burst of an instant goes, over times that lie ever farther from it on one side.

    It was not seen to end where there was no gap among them: there may be more beyond the last.
    """
    for farther in beyond:
        if abs(farther - moment) > LONGEST_GAP:
            return Reach(moment, ended=True)
        moment = farther
    return Reach(moment, ended=False)
