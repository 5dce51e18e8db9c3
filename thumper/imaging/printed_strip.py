"""Painting over what cameras print into their pictures: a strip at the bottom, or at the top, that can name the place.

The same bands are painted whatever the camera: which one took a photo is told by its EXIF, which may be missing or
another's, and a strip that was taken to be lower than it is would still show a name.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw

from thumper.imaging.rendition import QUALITY

TOP: Final = 0.06
"""Part of the height that is painted over from above; no strip of the photos at hand reaches as far."""
BOTTOM: Final = 0.13
"""Part of the height that is painted over from below; the badge of the highest strip at hand reaches 0.12."""
PAINT: Final = (128, 128, 128)


def painted_over(content: bytes) -> bytes:
    """Return a JPEG of the same picture and size whose printed strips are painted over."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    top, bottom = _rows(TOP, height), _rows(BOTTOM, height)
    draw.rectangle((0, 0, width - 1, top - 1), fill=PAINT)
    draw.rectangle((0, height - bottom, width - 1, height - 1), fill=PAINT)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _rows(part: float, height: int) -> int:
    """Return how many rows a part of the height is, the one that it ends in included."""
    return min(int(part * height) + 1, height)
