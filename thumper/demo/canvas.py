"""Three grey layers that a drawn place is painted on, and the light that makes a picture of them.

Why: a flash at night and the sun by day show the same place differently. The layers
say what is there (how pale, of what stuff, how near to the camera); the light says
how it looks. Refuses to know what the shapes mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Pixels = npt.NDArray[np.float32]
Points = list[tuple[float, float]]

WIDTH_PX = 640
HEIGHT_PX = 480
FOOTER_PX = 24
SCENE_PX = HEIGHT_PX - FOOTER_PX


class Light(StrEnum):
    """What lights the scene."""

    INFRARED = "infrared"
    DAYLIGHT = "daylight"


class Stuff(IntEnum):
    """What a surface is made of: only daylight shows it."""

    SKY = 0
    GROUND = 1
    BARK = 2
    LEAF = 3
    WATER = 4
    METAL = 5
    COAT = 6
    WOOD = 7


# Red, green and blue of each stuff at full tone, in the order of Stuff.
DAY_COLOURS: Pixels = np.array(
    [
        (0.86, 0.92, 1.00),
        (0.66, 0.62, 0.36),
        (0.52, 0.47, 0.42),
        (0.46, 0.60, 0.28),
        (0.62, 0.74, 0.84),
        (0.46, 0.54, 0.50),
        (0.78, 0.55, 0.36),
        (0.60, 0.54, 0.46),
    ],
    dtype=np.float32,
)


@dataclass(frozen=True, slots=True)
class Brush:
    """How pale (0 to 1), of what, and how near (0 the far woods, 1 right at the camera)."""

    tone: float
    stuff: Stuff
    near: float


class Canvas:
    """The layers of one place, each (SCENE_PX, WIDTH_PX), painted over from far to near."""

    def __init__(self) -> None:
        """Start with a black sky, infinitely far."""
        size = (WIDTH_PX, SCENE_PX)
        self._layers = tuple(Image.new("L", size, 0) for _ in range(3))
        self._pens = tuple(ImageDraw.Draw(layer) for layer in self._layers)

    def polygon(self, points: Points, brush: Brush) -> None:
        """Fill a polygon, in pixels."""
        for pen, value in zip(self._pens, _values(brush), strict=True):
            pen.polygon(points, fill=value)

    def ellipse(self, box: tuple[float, float, float, float], brush: Brush) -> None:
        """Fill an ellipse in a box of left, top, right, bottom pixels."""
        for pen, value in zip(self._pens, _values(brush), strict=True):
            pen.ellipse(box, fill=value)

    def line(self, points: Points, brush: Brush, *, width_px: float = 1.0) -> None:
        """Draw a line through points, in pixels."""
        for pen, value in zip(self._pens, _values(brush), strict=True):
            pen.line(points, fill=value, width=max(1, round(width_px)), joint="curve")

    def cover(self, where: npt.NDArray[np.bool_], *, tone: Pixels, near: Pixels, stuff: Stuff) -> None:
        """Paint whole arrays, each (SCENE_PX, WIDTH_PX), where the mask holds."""
        for index, values in enumerate((tone, np.full_like(tone, stuff / 255), near)):
            layer = np.array(self._layers[index])
            layer[where] = np.rint(np.clip(values[where], 0, 1) * 255).astype(np.uint8)
            self._layers[index].paste(Image.fromarray(layer))

    def lit(self, light: Light) -> Pixels:
        """The picture in that light, (SCENE_PX, WIDTH_PX, 3) float32, 0 to 1."""
        tone, stuff, near = (np.asarray(layer) for layer in self._layers)
        return shine(_fractions(tone), _fractions(near), stuff=stuff, light=light)


def shine(tone: Pixels, near: Pixels, *, stuff: npt.NDArray[np.uint8], light: Light) -> Pixels:
    """Turn layers (h, w) into a picture (h, w, 3), 0 to 1.

    The flash fades with distance and leaves no colour; the sun reaches everything,
    and distance only adds haze.
    """
    if light is Light.INFRARED:
        flash = 0.05 + 0.95 * near**1.15
        return np.repeat((tone * flash)[:, :, None], 3, axis=2)
    haze = (0.34 * (1 - near) ** 2)[:, :, None]
    colour = DAY_COLOURS[stuff] * (0.25 + 0.85 * tone)[:, :, None]
    return np.asarray(colour * (1 - haze) + haze * DAY_COLOURS[Stuff.SKY], dtype=np.float32)


def _values(brush: Brush) -> tuple[int, int, int]:
    return round(brush.tone * 255), int(brush.stuff), round(brush.near * 255)


def _fractions(layer: npt.NDArray[np.uint8]) -> Pixels:
    return np.asarray(layer / 255, dtype=np.float32)
