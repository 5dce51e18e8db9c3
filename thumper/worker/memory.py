"""Keeping freed memory of pictures in the worker's process."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Numbers of malloc.h (glibc)."""
_LARGEST_BYTES: Final = 256 * 1024 * 1024
"""Pictures up to this size, more than a photo of 85 megapixels, reuse the memory of earlier ones."""
_KEPT_BYTES: Final = 1024 * 1024 * 1024
"""Most free memory that is kept: what a claim of the largest photos needs anyway."""


def keep_freed_memory() -> None:
    """Have the C library keep the memory of pictures for the next ones.

    By default glibc returns large blocks to the system at once, and gets fresh ones that the system fills with zeros:
    measured, a tenth of the time of a photo of 3 megapixels. With another C library this does nothing.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        set_option(_M_TRIM_THRESHOLD, _KEPT_BYTES)
