"""Photo files for tests, drawn as needed."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def scene(width_px: int = 320, height_px: int = 240) -> Image.Image:
    """Draw a picture without any symmetry: no two orientations look alike."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    red, green, blue = x * 255 // width_px, y * 255 // height_px, (x + 2 * y) % 256
    return Image.fromarray(np.stack([red, green, blue], axis=2).astype(np.uint8))


def encoded(
    image: Image.Image, kind: str = "JPEG", *, orientation: int | None = None, **options: object
) -> bytes:
    """Return the bytes of a file; `orientation` is written as EXIF."""
    if orientation is not None:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options["exif"] = exif
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


JPEG = encoded(scene(), quality=90)
PNG = encoded(scene(), "PNG")


def exif_entry(tag: int, kind: int, value: bytes, *, count: int = 1, order: str = "<") -> bytes:
    """Return an EXIF block whose first directory has one entry, of any type and count; `order` is struct's."""
    head = b"Exif\0\0" + (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 1)
    inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", 26)
    outside = b"" if len(value) <= 4 else value
    return head + struct.pack(order + "HHI", tag, kind, count) + inline + bytes(4) + outside


def with_exif(file: bytes, block: bytes) -> bytes:
    """Return a JPEG with an EXIF block in front of what it holds already."""
    return file[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + file[2:]
