"""Which way up a photo is, by the orientation tag of its EXIF block.

Only EXIF counts, not XMP: that is what OpenCV, and with it `yolo predict`, goes by.
A block that cannot be read costs only the orientation, never the photo.
"""

from __future__ import annotations

import struct
from typing import Final

from PIL import Image

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
_PREFIX: Final = b"Exif\0\0"
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_TAG: Final = 0x0112
_SHORT: Final = 3
"""TIFF 6.0, section 2: a 16-bit unsigned integer, stored in the entry itself."""
_ENTRY_BYTES: Final = 12


def read_orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, out of an EXIF block; 1 if there is none or it cannot be read."""
    tiff = exif.removeprefix(_PREFIX)
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for number in range(count):
            entry = struct.unpack_from(order + "HHIH", tiff, directory + 2 + number * _ENTRY_BYTES)
            if entry[0] == _TAG:
                value = entry[3]
                return value if entry[1] == _SHORT and value in _TURNS else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def is_sideways(orientation: int) -> bool:
    """Return whether width and height change places when the picture is turned upright."""
    return orientation in _SIDEWAYS


def turn_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture turned so that up is up; the same object if it is so already."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)
