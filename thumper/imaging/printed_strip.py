"""The strips that cameras print into their pictures, and painting them over: they name place, camera and time.

How far they reach is said in fractions of the picture's height, so that every size of it is treated alike.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from thumper.imaging.rendition import QUALITY

PAINT: Final = (128, 128, 128)
FARTHEST: Final = 0.25
"""Part of the height beyond which no strip is looked for."""
_ALIKE: Final = 12
"""Levels, of 256, by which the background of a printed bar differs at most; JPEG changes it a little."""
_SHARE: Final = 0.55
"""Part of a row that must be background: letters and badges of a printed bar take the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strips:
    """How far what is printed reaches into a picture from its top and from its bottom, in parts of its height."""

    top: float
    bottom: float


UNKNOWN: Final = Strips(top=0.06, bottom=0.13)
"""Covers what every camera printed of which photos were at hand: for those of which nothing is known."""


def painted_over(content: bytes, strips: Strips) -> bytes:
    """Return a JPEG with the same picture and size, the strips painted over; also a bar that reaches beyond them."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    grey = picture.convert("L")
    top = _end_of_bar(grey, range(_rows(strips.top, height), _rows(FARTHEST, height)))
    bottom = _end_of_bar(grey, range(height - 1 - _rows(strips.bottom, height), height - 1 - _rows(FARTHEST, height), -1))
    draw = ImageDraw.Draw(picture)
    if top > 0:
        draw.rectangle((0, 0, width, top - 1), fill=PAINT)
    if bottom < height - 1:
        draw.rectangle((0, bottom + 1, width, height), fill=PAINT)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
