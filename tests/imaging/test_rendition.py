from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.imaging.pictures import encoded, scene
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.rendition import THUMBNAIL_PX, VIEW_PX, render


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file), formats=["JPEG"])
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "longest_px", "expected"),
    [
        ((644, 500), THUMBNAIL_PX, (300, 233)),
        ((500, 644), THUMBNAIL_PX, (233, 300)),
        ((2592, 1944), VIEW_PX, (1280, 960)),
        ((200, 100), THUMBNAIL_PX, (200, 100)),
        ((193, 20000), THUMBNAIL_PX, (3, 300)),
        ((20000, 1), THUMBNAIL_PX, (300, 1)),
    ],
)
def test_the_longest_side_is_scaled_down_and_never_up(
    size: tuple[int, int], longest_px: int, expected: tuple[int, int]
) -> None:
    assert opened(render(scene(*size), longest_px)).size == expected


def test_a_thumbnail_looks_like_its_photo() -> None:
    photo = scene(900, 600)
    small = np.asarray(opened(render(photo, 300)), dtype=int)[..., :2]
    assert np.abs(small - np.asarray(photo.resize((300, 200)), dtype=int)[..., :2]).mean() < 4


def test_a_thumbnail_carries_nothing_of_the_file_it_was_made_of() -> None:
    file = encoded(scene(), orientation=8, comment=b"COORDINATES", icc_profile=b"PROFILE" * 20)
    small = render(decode(file, Limits()).image, THUMBNAIL_PX)
    image = opened(small)
    assert image.getexif() == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"COORDINATES" not in small
    assert image.size == (225, 300)
