"""A small library whose photos can be looked at."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image as Picture

from tests.small_library import Ids, small_library
from thumper.store import models


async def pictured_library(folder: Path) -> Ids:
    """Make some of everything, and an original for each photo in that folder; return the ids by type."""
    ids = await small_library()
    await draw_originals(folder)
    return ids


async def draw_originals(folder: Path) -> None:
    """Draw a photo for every image that there is, of its size and a colour of its own."""
    for number, image in enumerate(await models.Image.all().order_by("id")):
        out = io.BytesIO()
        colour = (30 + number * 7 % 200, 70, 60)
        Picture.new("RGB", (image.width_px, image.height_px), colour).save(
            out, "JPEG", quality=30, comment=str(number)
        )
        photo = folder / f"{number}.jpg"
        photo.write_bytes(out.getvalue())
        await models.Image.filter(id=image.id).update(
            original_path=bytes(photo),
            sha256=hashlib.sha256(out.getvalue()).digest(),
            size_bytes=photo.stat().st_size,
        )
