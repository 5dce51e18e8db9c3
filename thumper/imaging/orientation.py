"""Which way up a photo is, by the orientation tag of its EXIF block.

Only EXIF counts, not XMP: that is what OpenCV, and with it `yolo predict`, goes by.
A block that cannot be read costs only the orientation, never the photo. OpenCV does not look at the type that is
written with the number, and so does not see a big-endian orientation of other than 16 bits; here, as with ExifTool,
the type counts.
"""

from __future__ import annotations

import contextlib
from typing import Final

from PIL import Image

from thumper.imaging.tiff_directory import BrokenDirectoryError, Meaning, Tiff

UPRIGHT: Final = 1
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture of each orientation upright (EXIF 2.32, tag 274)."""
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})
_TAG: Final = 0x0112


def read_orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, out of an EXIF block; 1 if there is none or it cannot be read."""
    tiff = Tiff.of(exif)
    if tiff is None:
        return UPRIGHT
    with contextlib.suppress(BrokenDirectoryError):
        for entry in tiff.entries(tiff.first):
            value = tiff.value(entry, Meaning.NUMBERS) if entry.tag == _TAG else None
            if value is not None:
                return int(value[0]) if value and value[0] in _TURNS else UPRIGHT
    return UPRIGHT


def is_sideways(orientation: int) -> bool:
    """Return whether width and height change places when the picture is turned upright."""
    return orientation in _SIDEWAYS


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture turned so that up is up; the same object if it is so already."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
