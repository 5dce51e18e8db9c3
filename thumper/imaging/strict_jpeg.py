"""Reads a JPEG with libjpeg-turbo's own interface, which tells what Pillow and OpenCV keep to themselves: damage.

libjpeg goes on behind damaged data as well as it can and counts a warning. Whoever does
not ask gets shifted blocks and wrong colours for a whole photo.
"""

from __future__ import annotations

import os
from typing import Final

from PIL import Image

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
)
"""Words of libjpeg's warnings (jerror.h) about picture data that does not make sense. Not in here: extraneous
bytes before a marker, with which some programs pad, odd version numbers, and profiles that cannot be read."""


_KEPT_BYTES: Final = 64 * 1024 * 1024
"""Largest picture of which the memory is kept for the next one: fresh memory costs as much time as the decoding."""
_kept = bytearray()


class DamageError(ValueError):
    """Raised if a part of the picture data is damaged; what there is has to be read by a reader that goes on."""


def read_strictly(data: bytes) -> Image.Image | None:
    """Give the undamaged picture as it lies in the file, in mode RGB, each pixel as Pillow gives it.

    None for what has to be left to Pillow. Raises `DamageError`.
    """
    try:
        height_px, width_px, colours, _ = simplejpeg.decode_jpeg_header(data)
        exact = colours in _SAME_AS_PILLOW
        memory = _memory(int(height_px) * int(width_px) * 4)
        simplejpeg.decode_jpeg(data, "RGB" if exact else "CMYK", buffer=memory)
    except ValueError as error:
        if any(words in str(error) for words in _DAMAGE):
            raise DamageError(str(error)) from error
        return None
    size = (int(width_px), int(height_px))
    return Image.frombuffer("RGB", size, memory, "raw", "RGB", 0, 1) if exact else None


def _memory(size_bytes: int) -> bytearray:
    """Give memory of at least that size; a picture made of it has to be a copy."""
    global _kept  # noqa: PLW0603  # one child decodes one photo at a time
    if size_bytes > _KEPT_BYTES:
        return bytearray(size_bytes)
    if len(_kept) < size_bytes:
        _kept = bytearray(size_bytes)
    return _kept
