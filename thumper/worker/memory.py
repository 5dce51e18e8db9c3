"""Keeping freed memory of pictures in the worker's process."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of malloc.h (glibc)."""
_LARGEST_BYTES: Final = 256 * 1024 * 1024
"""Pictures up to this size, more than a photo of 85 megapixels, reuse the memory of earlier ones."""
_KEPT_BYTES: Final = 1024 * 1024 * 1024
"""Most free memory that is kept: what a claim of the largest photos needs anyway."""
_HEAPS: Final = 2
"""Heaps of all threads together: by default each thread gets one, and what is free in it serves no other."""
_KEPT_SHARE: Final = 8
"""At most this part of the memory is kept: on a small machine others need it."""


def kept_bytes(memory_bytes: int) -> int:
    """Return how much freed memory is kept where `memory_bytes` are there for everything."""
    return min(_KEPT_BYTES, memory_bytes // _KEPT_SHARE)


def keep_freed_memory(memory_bytes: int) -> None:
    """Have the C library keep the memory of pictures for the next ones; `memory_bytes` are there for everything.

    By default glibc returns large blocks to the system at once, and gets fresh ones that the system fills with zeros:
    measured, a tenth of the time of a photo of 3 megapixels. With another C library this does nothing.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        kept = kept_bytes(memory_bytes)
        set_option(_M_ARENA_MAX, _HEAPS)
        set_option(_M_MMAP_THRESHOLD, min(_LARGEST_BYTES, kept))
        set_option(_M_TRIM_THRESHOLD, kept)


def return_freed_memory() -> None:
    """Have the C library return to the system what loading the model needed and what is free now."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
