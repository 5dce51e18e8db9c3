"""Trees of distinct JPEGs on disk: cards as cameras write them, in any number and size."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PIL import ExifTags, Image

from benchmarks.copies import with_comment

CARDS: Final = 20
"""Folders that the files of a tree are spread over."""
_SIDE_PX: Final = {"tiny": (32, 24), "small": (240, 180), "large": (1800, 1350)}
"""Noise compresses badly, so that these make about 1 kB, 40 kB and 3 MB."""


def drawn_jpeg(size: str) -> bytes:
    """Return a JPEG of noise with the EXIF of a camera: `tiny`, `small` or `large`."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "BROWNING"
    exif[ExifTags.Base.Model] = "BTC-5HD"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:11:09 06:12:30"
    held = io.BytesIO()
    Image.effect_noise(_SIDE_PX[size], 80).convert("RGB").save(held, "JPEG", quality=95, exif=exif.tobytes())
    return held.getvalue()


def write_cards(folder: Path, jpegs: Sequence[bytes], *, files: int) -> None:
    """Write cards of photos that all have different bytes; the JPEGs are used in turn."""
    write_files(
        folder,
        files=files,
        content=lambda number: with_comment(jpegs[number % len(jpegs)], f"photo {number}".encode()),
    )


def write_files(folder: Path, *, files: int, content: Callable[[int], bytes]) -> None:
    """Write numbered files, spread over `CARDS` folders as cameras make them."""
    for card in range(CARDS):
        below = folder / f"card {card:02}" / "DCIM" / "100MEDIA"
        below.mkdir(parents=True)
        for number in range(card, files, CARDS):
            (below / f"IMG_{number:06}.JPG").write_bytes(content(number))
