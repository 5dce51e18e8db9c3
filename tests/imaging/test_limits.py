"""What the limits promise: real cameras lie below them, and the memory of a decoding child is enough for the worst."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.imaging.pictures import ORIENTATION
from thumper.imaging.limits import DECODE_MEMORY_BYTES, DECODE_PIXEL_BYTES, Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings

LARGEST_CAMERAS = [(9248, 6944), (11648, 8736), (12000, 9000)]
"""Trail cameras that interpolate, the Fujifilm GFX 100, phones by Xiaomi and Samsung."""


def test_settings_that_are_left_alone_are_the_limits_of_the_code() -> None:
    assert Limits.of(Settings()) == Limits()


@pytest.mark.parametrize(("width_px", "height_px"), LARGEST_CAMERAS)
def test_the_largest_cameras_lie_below_the_limit(width_px: int, height_px: int) -> None:
    limits = Limits.of(Settings())
    assert width_px * height_px <= limits.max_pixels
    assert DECODE_PIXEL_BYTES * limits.max_pixels <= limits.memory_bytes == DECODE_MEMORY_BYTES


def test_a_larger_limit_on_pixels_brings_the_memory_for_them() -> None:
    assert Limits.of(Settings(max_pixels=200_000_000)).memory_bytes == 19 * 200_000_000


async def test_a_photo_of_64_megapixels_becomes_a_picture(field_inputs: Path, tmp_path: Path) -> None:
    shutil.copy(field_inputs / "mp64.jpg", tmp_path / "IMG_0001.JPG")
    with DecodeSandbox(Limits.of(Settings()), workers=1) as sandbox:
        loaded = await sandbox.load(tmp_path / "IMG_0001.JPG")
    assert (loaded.width_px, loaded.height_px, loaded.damaged) == (9248, 6944, False)


@pytest.mark.parametrize("kind", ["progressive", "alpha", "16-bit"])
async def test_the_worst_photos_need_no_more_memory_a_pixel_than_is_allowed(
    tmp_path: Path, kind: str
) -> None:
    pixels = np.add.outer(np.arange(2400, dtype=np.uint16) // 16, np.arange(3200, dtype=np.uint16) // 16)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    path = tmp_path / "worst"
    if kind == "progressive":
        picture = Image.fromarray(pixels.astype(np.uint8)).convert("RGB")
        picture.save(path, "JPEG", progressive=True, subsampling=0, exif=exif)
    elif kind == "alpha":
        Image.fromarray(pixels.astype(np.uint8)).convert("RGBA").save(
            path, "PNG", compress_level=1, exif=exif
        )
    else:
        Image.fromarray(pixels * 100).save(path, "PNG", compress_level=1, exif=exif)
    with DecodeSandbox(Limits(memory_bytes=DECODE_PIXEL_BYTES * pixels.size), workers=1) as sandbox:
        assert (await sandbox.load(path)).width_px == 2400
