from __future__ import annotations

import numpy as np

from thumper.domain.box import Box
from thumper.worker.engines.crops import crops_of


def test_a_crop_is_the_square_around_a_box_and_black_beyond_the_picture() -> None:
    picture = np.full((100, 200, 3), 200, np.uint8)
    picture[:, 100:] = (10, 20, 30)
    middle, corner = crops_of(picture, [Box(0.25, 0.2, 0.2, 0.2), Box(0.8, 0.6, 0.2, 0.4)], 46)
    assert (middle == 200).all()
    assert (corner[:-3, :-3] == (10, 20, 30)).all()  # of 46 px around (180, 80), three are beyond either edge
    assert (corner[:, -3:] == 0).all()
    assert (corner[-3:] == 0).all()


def test_boxes_without_area_and_squares_larger_than_the_picture_have_crops_too() -> None:
    picture = np.full((10, 300, 3), 255, np.uint8)
    point, wide = crops_of(picture, [Box(0, 0, 0, 0), Box(0, 0, 1, 1)], 32)
    assert point.shape == wide.shape == (32, 32, 3)
    assert 0 < wide.mean() < 16
    assert crops_of(picture, [], 32).shape == (0, 32, 32, 3)
