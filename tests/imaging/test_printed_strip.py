from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from thumper.imaging.printed_strip import BOTTOM, PAINT, TOP, painted_over


def _jpeg(width: int, height: int) -> bytes:
    noise = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.mark.parametrize("size", [(300, 225), (1280, 720), (225, 300), (1, 1), (640, 8)])
def test_bands_are_grey_and_the_rest_stays(size: tuple[int, int]) -> None:
    content = _jpeg(*size)
    before = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    painted = Image.open(io.BytesIO(painted_over(content)))
    assert painted.size == size
    assert not painted.getexif()
    after = np.asarray(painted).astype(int)
    height = size[1]
    top, bottom = int(TOP * height) + 1, int(BOTTOM * height) + 1
    # JPEG mixes what lies within 16 rows of an edge.
    for band in (after[: max(top - 16, 0)], after[height - bottom + 16 :]):
        assert band.size == 0 or np.abs(band - PAINT).max() <= 3
    middle = slice(top + 16, max(height - bottom - 16, 0))
    if after[middle].size:
        assert np.abs(after[middle] - before[middle]).mean() < 30
