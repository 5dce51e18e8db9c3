"""Where something is in a picture: one rectangle, independent of the picture's size.

Boxes are fractions so that they stay true for thumbnail, view and original. This
module knows no pixels beyond converting from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self, TypeAlias

TOLERANCE: Final = 1e-6
"""Slack for sums of rounded fractions; of a 20-megapixel photo's width it is 0.005 pixels."""

Corners: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels, origin top left."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of width and height of the upright image, origin top left.

    Raises `ValueError` if any part lies outside 0..1 by more than `TOLERANCE`.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        inside = (
            self.x >= -TOLERANCE
            and self.y >= -TOLERANCE
            and self.width >= 0
            and self.height >= 0
            and self.x + self.width <= 1 + TOLERANCE
            and self.y + self.height <= 1 + TOLERANCE
        )
        if not inside:  # written so that NaN, which compares false with everything, lands here too
            raise ValueError(f"a box lies within 0..1, origin top left; got {self}")

    @classmethod
    def from_pixels(cls, corners: Corners, *, width_px: int, height_px: int) -> Self:
        """Make a box from corners in pixels, cut off at the edges of the image.

        Raises `ValueError` if the image has no size or a corner is not a number.
        """
        if width_px <= 0 or height_px <= 0:
            raise ValueError(f"an image has positive width and height; got {width_px} x {height_px}")
        x1, y1, x2, y2 = corners
        left, right = _clip(x1 / width_px), _clip(x2 / width_px)
        top, bottom = _clip(y1 / height_px), _clip(y2 / height_px)
        return cls(left, top, max(right - left, 0.0), max(bottom - top, 0.0))

    @property
    def area(self) -> float:
        """Share of the image that the box covers, 0..1."""
        return self.width * self.height


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes of one image, 0..1; 0 when both are empty."""
    shared_width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    shared_height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if shared_width <= 0 or shared_height <= 0:
        return 0.0
    shared = shared_width * shared_height
    union = a.area + b.area - shared
    return min(shared / union, 1.0) if union > 0 else 0.0


def _clip(fraction: float) -> float:
    if fraction != fraction:  # noqa: PLR0124  # NaN is the one value that differs from itself
        raise ValueError("a corner of a box is not a number")
    return min(max(fraction, 0.0), 1.0)
