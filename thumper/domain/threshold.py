"""From which confidence on a photo is said to show an animal: chosen so that of those that do a share is found."""

from __future__ import annotations

import math
from collections.abc import Iterable

_HAIR = 1e-9
"""So much of a photo is none: 0.76 of 50 are 38, whatever the last digit of the product is."""


def threshold_that_finds(share: float, surest: Iterable[float]) -> float:
    """Return the highest confidence at which the share, above 0 to 1, of photos is found.

    `surest` is the confidence of the surest box of each photo that shows the animal, 0 where there is none. Raises
    `ValueError` if there is no photo or the share is not one.
    """
    ordered = sorted(surest, reverse=True)
    if not ordered or not 0 < share <= 1:
        raise ValueError(f"a share of some photos is wanted; got {share} of {len(ordered)}")
    return ordered[math.ceil(share * len(ordered) - _HAIR) - 1]
