from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.pictures import ORIENTATION, encoded, scene
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.orientation import is_sideways, read_orientation


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_opencv_turns_it(kind: str, orientation: int) -> None:
    file = encoded(scene(), kind, orientation=orientation)
    ours = np.asarray(decode(file, Limits()).image)
    theirs = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    assert theirs is not None
    assert ours.shape[:2] == ((320, 240) if is_sideways(orientation) else (240, 320))
    assert np.array_equal(ours, theirs[..., ::-1])


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_is_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    assert read_orientation(exif.tobytes()) == 1


@given(st.binary(max_size=200))
def test_no_exif_block_can_do_harm(block: bytes) -> None:
    for start in (b"", b"Exif\0\0", b"Exif\0\0II*\0", b"Exif\0\0MM\0*\0\0\0\x08"):
        assert 1 <= read_orientation(start + block) <= 8


def test_big_and_little_endian_blocks_are_read() -> None:
    little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    assert read_orientation(little) == read_orientation(b"Exif\0\0" + big) == 6
