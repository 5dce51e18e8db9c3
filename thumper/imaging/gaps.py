"""Finds stretches of zeros in a photo where a copy has not written yet, or a card has lost what was there.

A program that copies may set a file's size first and write its end before its middle; a file system fills what is not
written with zeros. No pixel is decoded here, so whether a picture misses anything is not known: see `decode`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

Stretch: TypeAlias = tuple[int, int]
"""Where a stretch of a file begins and ends, in bytes: the end does not belong to it."""

PICTURE_ZEROS: Final = bytes(512)
"""Zeros that make a gap in the picture's data: a sector, the least that a disk or card writes at a time. Measured in
2,023 real photos: no stretch of zeros in or behind their picture data has more than 39 bytes."""
HEADER_ZEROS: Final = bytes(4096)
"""Zeros that make a gap in a header: a page, the least that a system's cache writes at a time. In 14 of those photos
the header is padded with 512 or more, in none with as many."""
_MOST_GAPS: Final = 256
"""Gaps of one kind in a file; Syncthing, which writes 128 kB at a time in any order, leaves 200 in one of 50 MB."""
_SAMPLES: Final = 4
_NOT_ZERO: Final = re.compile(rb"[^\0]")


def find_gaps(content: bytes, *, data_at: int, ending_complete: bool) -> list[Stretch]:
    """Return the gaps of a photo in order; `data_at` is where its picture's data begin.

    Zeros behind a photo that has its end mark are what cameras pad with, and no gap. Without the mark they are one,
    however few.
    """
    size = len(content)
    gaps = [
        *_zeros(content, HEADER_ZEROS, start=0, end=min(data_at, size)),
        *_zeros(content, PICTURE_ZEROS, start=data_at, end=size),
    ]
    if gaps and gaps[-1][1] == size:
        gaps.pop()
    tail = size if ending_complete else len(content.rstrip(b"\0"))
    return gaps if tail == size else [*gaps, (tail, size)]


def is_unwritten(content: bytes) -> bool:
    """Return whether a file that cannot be read as a photo holds a gap, so that it may become one."""
    return HEADER_ZEROS in content


def outside(gaps: Sequence[Stretch], *, size: int) -> list[Stretch]:
    """Return the stretches between gaps: what is there of a file of that size."""
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), size]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _zeros(content: bytes, least: bytes, *, start: int, end: int) -> Iterator[Stretch]:
    # Nearly every photo has none: four samples of each stretch that counts tell so in a fifth of the time.
    if bytes(_SAMPLES) not in content[start : end : len(least) // _SAMPLES]:
        return
    for _ in range(_MOST_GAPS):
        at = content.find(least, start, end)
        if at < 0:
            return
        behind = _NOT_ZERO.search(content, at)
        start = len(content) if behind is None else behind.start()
        yield at, start
