from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.imaging.pictures import scene
from thumper.imaging.rendition import THUMBNAIL_PX, render
from thumper.worker.thumbnail import thumbnail_of


def _opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file), formats=["JPEG"])
    image.load()
    return image


@pytest.mark.parametrize(
    "size", [(644, 500), (500, 644), (2592, 1944), (200, 100), (193, 20000), (20000, 1), (601, 599)]
)
def test_it_has_the_size_that_it_has_without_a_worker(size: tuple[int, int]) -> None:
    photo = scene(*size)
    assert _opened(thumbnail_of(np.asarray(photo))).size == _opened(render(photo, THUMBNAIL_PX)).size


def test_it_looks_like_the_one_that_is_made_without_a_worker() -> None:
    photo = scene(900, 600)
    here, there = (
        np.asarray(_opened(file), dtype=int)
        for file in (thumbnail_of(np.asarray(photo)), render(photo, THUMBNAIL_PX))
    )
    assert np.abs(here - there).mean() < 4
