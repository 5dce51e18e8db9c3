"""How far a figure would move with other cameras: intervals by drawing whole groups again, with replacement.

Photos of one camera are alike, so that drawing single photos would promise too much: the group is drawn (Davison and
Hinkley 1997, "Bootstrap Methods and their Application", section 3.8; percentiles: Efron and Tibshirani 1993, "An
Introduction to the Bootstrap", chapter 13). Groups of different kinds, such as species, are drawn each among its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

DRAWS: Final = 1000
"""Draws that an interval of 95 % needs (Efron and Tibshirani 1993, section 13.3)."""
_TAIL: Final = 0.025
_SEED: Final = 18

G = TypeVar("G")


class Interval(NamedTuple):
    """Between which values a figure lies in 95 of 100 draws."""

    low: float
    high: float


def intervals(
    kinds: Sequence[Sequence[G]],
    figures: Callable[[Sequence[Sequence[G]]], Sequence[float]],
    *,
    draws: int = DRAWS,
) -> list[Interval]:
    """Return an interval for each of the figures, which are reckoned of the groups of each kind.

    Equal arguments give equal intervals.
    """
    chance = random.Random(_SEED)  # noqa: S311  # nothing is kept secret by it
    drawn = [
        figures([chance.choices(groups, k=len(groups)) if groups else [] for groups in kinds])
        for _ in range(draws)
    ]
    return [_middle(sorted(values)) for values in zip(*drawn, strict=True)]


def _middle(ordered: Sequence[float]) -> Interval:
    outside = int(_TAIL * len(ordered))
    return Interval(ordered[outside], ordered[-1 - outside])
