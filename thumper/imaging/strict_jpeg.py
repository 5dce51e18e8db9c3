"""Reads a JPEG with libjpeg-turbo's own interface, which reports damage; Pillow and OpenCV do not.

libjpeg goes on behind damaged data as well as it can and counts a warning. A caller that does
not look at the warnings takes shifted blocks and wrong colours for a whole photo.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from thumper.imaging.header_parts import EndlessHeaderError, read_jpeg_parts

# Nothing is calculated here: numpy, which simplejpeg asks for, need not start a thread for every core.
os.putenv("OPENBLAS_NUM_THREADS", "1")

import simplejpeg

_SAME_AS_PILLOW: Final = frozenset({"YCbCr", "Gray"})
"""Colour spaces of which every pixel is the one that Pillow and OpenCV give; CMYK they convert in another way."""
_DAMAGE: Final = (
    "premature end of data segment",
    "bad Huffman code",
    "bad arithmetic code",
    "instead of RST",
    "Inconsistent progression sequence",
    "Premature end of JPEG file",
    *(f"before marker 0xd{number}" for number in range(8)),
)
"""Words of libjpeg's warnings (jerror.h) about picture data that does not make sense. Not in here: extraneous bytes
before a marker that is none of the eight within picture data (RST), with which some programs pad, odd version numbers,
and profiles that cannot be read."""

Memory: TypeAlias = Callable[[int], "bytearray | mmap.mmap"]
"""Allocates writable memory of that many bytes."""


class DamageError(ValueError):
    """Raised if a part of the picture data is damaged; what there is has to be read by a reader that goes on."""


@dataclass(frozen=True, slots=True)
class StrictPicture:
    """An undamaged picture as it lies in the file: (height, width, 3) bytes of RGB, each as Pillow gives it."""

    width_px: int
    height_px: int
    pixels: memoryview


def read_strictly(data: bytes, memory: Memory = bytearray) -> StrictPicture | None:
    """Decode an undamaged picture into memory; None for what has to be left to Pillow. Raises `DamageError`."""
    try:
        height_px, width_px, colours, _ = simplejpeg.decode_jpeg_header(data)
        if colours not in _SAME_AS_PILLOW:
            simplejpeg.decode_jpeg(data, "CMYK")
            return None
        own = memory(int(height_px) * int(width_px) * 3)
        simplejpeg.decode_jpeg(data, "RGB", buffer=own)
    except ValueError as error:
        _refuse_damage(error)
        _look_behind_header(data)
        return None
    return StrictPicture(int(width_px), int(height_px), memoryview(own)[: height_px * width_px * 3])


def _refuse_damage(error: ValueError) -> None:
    if any(words in str(error) for words in _DAMAGE):
        raise DamageError(str(error)) from error


def _look_behind_header(data: bytes) -> None:
    """Raise `DamageError` if the data behind an odd header is damaged: libjpeg reports only its first warning."""
    with contextlib.suppress(EndlessHeaderError):
        parts = read_jpeg_parts(io.BytesIO(data))
        scan = data[parts.data_at + 2 :]
        behind_header = scan[int.from_bytes(scan[:2], "big") :]
        try:
            simplejpeg.decode_jpeg(parts.lean + behind_header, "GRAY")
        except ValueError as error:
            _refuse_damage(error)
