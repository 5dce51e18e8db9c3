"""How large, how slow and how hungry a photo may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:  # the children that decode do without it
    from thumper.settings import Settings

DECODE_MEMORY_BYTES: Final = 2 * 1024**3
"""Address space of a decoding child beyond its own code. Measured: the worst photos within the other limits
(64 megapixels as 16-bit PNG, PNG with alpha or progressive JPEG, turned upright) need 1.0 GB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one photo. The first three are settings of the same names.

    Raises `ValueError` if one of them is not positive.
    """

    max_bytes: int = 50 * 1024 * 1024
    max_pixels: int = 64_000_000
    timeout_s: float = 20.0
    memory_bytes: int = DECODE_MEMORY_BYTES

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings name."""
        return cls(settings.max_file_bytes, settings.max_pixels, settings.decode_timeout_s)

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pixels", "timeout_s", "memory_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive; got {getattr(self, name)}")
