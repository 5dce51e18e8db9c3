"""Scaling there and back, against ultralytics' own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from ultralytics.data.augment import LetterBox
from ultralytics.utils.ops import scale_boxes

from thumper.worker.engines.letterbox import Letterbox, in_picture

SIDE_PX = st.integers(1, 900) | st.sampled_from([640, 320, 1280, 1])


@settings(deadline=None, max_examples=60)
@given(height_px=SIDE_PX, width_px=SIDE_PX, stride=st.sampled_from([32, 64]), seed=st.integers(0, 9))
def test_a_picture_becomes_what_ultralytics_makes_of_it(
    height_px: int, width_px: int, stride: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), np.uint8)
    for theirs, ours in [
        (LetterBox(640, auto=True, stride=stride), Letterbox(stride)),
        (LetterBox((320, 448), auto=False), Letterbox(stride, size=(320, 448))),
    ]:
        np.testing.assert_array_equal(ours(image), theirs(image=image))


@settings(deadline=None, max_examples=60)
@given(
    shape=st.tuples(SIDE_PX, SIDE_PX),
    corners=arrays.arrays(np.float32, (5, 4), elements=st.floats(-50, 700, width=32)),
)
def test_boxes_come_back_to_where_ultralytics_has_them(
    shape: tuple[int, int], corners: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    boxed = Letterbox(32)(np.zeros((*shape, 3), np.uint8)).shape[:2]
    expected = scale_boxes(boxed, corners.copy(), shape)
    assert in_picture(corners, boxed, shape) == pytest.approx(expected, abs=1e-4, rel=1e-5)


def test_a_side_below_the_least_stride_of_predictions_is_not_used() -> None:
    assert Letterbox(8)(np.zeros((500, 640, 3), np.uint8)).shape == (512, 640, 3)
