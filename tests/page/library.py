"""A small library whose photos can be looked at."""

from __future__ import annotations

import functools
import hashlib
import io
from pathlib import Path
from typing import Final

from PIL import Image as Picture

from benchmarks.copies import with_comment
from tests.small_library import Ids, small_library
from thumper.store import models

COLOURS: Final = 16


async def pictured_library(folder: Path) -> Ids:
    """Make some of everything, and an original for each photo in that folder; return the ids by type."""
    ids = await small_library()
    await draw_originals(folder)
    return ids


async def draw_originals(folder: Path) -> None:
    """Draw a photo of its size for every image that has none; neighbours differ in colour."""
    for number, image in enumerate(await models.Image.all().order_by("id")):
        if Path(image.original_path.decode()).exists():
            continue
        photo = folder / f"{image.id}.jpg"
        plain = _plain(image.width_px, image.height_px, number % COLOURS)
        photo.write_bytes(with_comment(plain, str(image.id).encode()))
        await models.Image.filter(id=image.id).update(
            original_path=bytes(photo),
            sha256=hashlib.sha256(photo.read_bytes()).digest(),
            size_bytes=photo.stat().st_size,
        )


async def without_original() -> list[str]:
    """Return the names of the images whose file is not there.

    Their pictures are refused, which a browser writes into its console, if it asks before the test has ended.
    """
    paths = [Path(image.original_path.decode()) for image in await models.Image.all().only("original_path")]
    return [str(path) for path in paths if not path.exists()]


@functools.cache
def _plain(width_px: int, height_px: int, number: int) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (width_px, height_px), (30 + number * 12, 70, 60)).save(out, "JPEG", quality=30)
    return out.getvalue()
