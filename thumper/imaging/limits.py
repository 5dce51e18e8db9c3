"""How large, how slow and how hungry a photo may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:  # the children that decode do without it
    from thumper.settings import Settings

DECODE_MEMORY_BYTES: Final = 2 * 1024**3
"""Address space of a decoding child beyond its own code, at least: enough for every photo within the usual limits."""
DECODE_PIXEL_BYTES: Final = 19
"""Address space that a child has for each pixel, where a larger limit on them asks for more. Measured: the worst photos
(108 megapixels as progressive JPEG without subsampling, turned upright) take 17.3 bytes a pixel, their file included:
1.74 GiB. PNG of 16 bits, with alpha or not, and CMYK take 1.3 GiB, damaged JPEG 1.5 GiB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one photo. The first three are settings of the same names.

    Raises `ValueError` if one of them is not positive.
    """

    max_bytes: int = 50 * 1024 * 1024
    max_pixels: int = 110_000_000
    """Above the 108 megapixels (12,000 x 9,000) of phones by Xiaomi and Samsung and the 102 of the Fujifilm GFX 100.
    Trail cameras interpolate up to 64 (9,248 x 6,944)."""
    timeout_s: float = 20.0
    memory_bytes: int = DECODE_MEMORY_BYTES

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings name."""
        memory_bytes = max(DECODE_MEMORY_BYTES, DECODE_PIXEL_BYTES * settings.max_pixels)
        return cls(settings.max_file_bytes, settings.max_pixels, settings.decode_timeout_s, memory_bytes)

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pixels", "timeout_s", "memory_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive; got {getattr(self, name)}")
