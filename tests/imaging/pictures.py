"""Photo files for tests, drawn as needed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def scene(width_px: int = 320, height_px: int = 240) -> Image.Image:
    """Draw a picture without any symmetry: no two orientations look alike."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    red, green, blue = x * 255 // width_px, y * 255 // height_px, (x + 2 * y) % 256
    return Image.fromarray(np.stack([red, green, blue], axis=2).astype(np.uint8))


def encoded(
    image: Image.Image, kind: str = "JPEG", *, orientation: int | None = None, **options: object
) -> bytes:
    """Return the bytes of a file; `orientation` is written as EXIF."""
    if orientation is not None:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options["exif"] = exif
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


JPEG = encoded(scene(), quality=90)
PNG = encoded(scene(), "PNG")
