"""Where something is on a picture of the property."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from thumper.domain.refusal import InvalidValueError

MOST_MAPS: Final = 20
"""Pictures of the property that are kept: a few seasons, or parts of a large ranch."""
LONGEST_SIDE_PX: Final = 4096
"""Longest side of a kept one: what browsers and phones show without cutting it, about 3 MB."""
MOST_BYTES: Final = 50_000_000
"""Of what is sent; an aerial photo of 100 megapixels has less."""


@dataclass(frozen=True, slots=True)
class MapSpot:
    """A point in fractions of the picture's width and height, from its top left corner."""

    x: float
    y: float

    @classmethod
    def checked(cls, x: float, y: float) -> Self:
        """Return the point; raise `InvalidValueError` for one outside of the picture."""
        for name, value in (("x", x), ("y", y)):
            if not 0 <= value <= 1:
                raise InvalidValueError(
                    f"{name} is {value:g}; it is a fraction of the picture, 0 to 1.", name
                )
        return cls(x, y)
