"""A second look at a box: what a classifier of ImageNet's thousand classes makes of the square around it.

Such a classifier has seen no trail camera, but knows hogs, dogs and turkeys; how sure it is of a deer among all the
animals that a deer is confused with is what a detector of deer lacks. Where the box lies is decided elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from thumper.domain.box import Box

MARGIN: Final = 1.15
"""Side of the square as a multiple of the box's longer side: tighter and wider ones told less, measured on photos of
places that nothing was trained with (`benchmarks.detector_quality`)."""


def _classes(*parts: int | tuple[int, int]) -> tuple[int, ...]:
    """Return numbers and the numbers from one to another, including both."""
    return tuple(
        number
        for part in parts
        for number in ((part,) if isinstance(part, int) else range(part[0], part[1] + 1))
    )


DEER: Final = "deer"
GROUPS: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        DEER: _classes(
            339, (345, 355)
        ),  # horses, oxen, sheep, antelopes, camels: no deer is among the classes
        "hog": _classes((341, 344)),
        "canid": _classes((151, 280)),
        "bird": _classes((7, 24), (80, 100), (127, 146)),
        "bear": _classes((294, 297)),
        "small mammal": _classes((281, 293), (298, 299), (330, 338), (356, 363)),
    }
)
"""Classes by their numbers in ILSVRC 2012 (Russakovsky et al. 2015), from 0, in the order of their WordNet ids."""
_NOTHING: Final = 0.001
"""Added to the sum of all groups, so that what is no animal at all is no deer."""


class Square(NamedTuple):
    """A square in pixels of a picture, of which parts may lie outside."""

    left: int
    top: int
    side: int


def square_around(box: Box, *, width_px: int, height_px: int) -> Square:
    """Return the square around the middle of a box of a picture of that size."""
    side = max(math.ceil(MARGIN * max(box.width * width_px, box.height * height_px)), 1)
    middle_x, middle_y = (box.x + box.width / 2) * width_px, (box.y + box.height / 2) * height_px
    return Square(round(middle_x - side / 2), round(middle_y - side / 2), side)


def group_shares(shares: Sequence[float]) -> dict[str, float]:
    """Return how sure the classifier is of each group, 0 to 1; `shares` are those of all thousand classes (softmax)."""
    sums = {group: math.fsum(shares[number] for number in numbers) for group, numbers in GROUPS.items()}
    whole = math.fsum(sums.values()) + _NOTHING
    return {group: value / whole for group, value in sums.items()}


def veto(shares: Sequence[float], taught: float | None = None) -> float:
    """Return how far a box may be a deer, 0 to 1, by the classifier's own classes and by what it was taught besides.

    `taught` is the confidence of a head that was trained on deer and other animals; both together are their geometric
    mean, so that either can lower it.
    """
    own = group_shares(shares)[DEER]
    return own if taught is None else math.sqrt(own * taught)
