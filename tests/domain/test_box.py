from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box, iou

PIXEL = st.floats(min_value=-500, max_value=7000, allow_nan=False)
SIZE = st.integers(min_value=1, max_value=6000)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    corners = (draw(PIXEL), draw(PIXEL), draw(PIXEL), draw(PIXEL))
    return Box.from_pixels(corners, width_px=draw(SIZE), height_px=draw(SIZE))


@given(boxes())
def test_a_box_from_any_pixels_lies_within_the_image(box: Box) -> None:
    assert 0 <= box.x <= 1
    assert 0 <= box.y <= 1
    assert 0 <= box.width <= 1 - box.x + 1e-9
    assert 0 <= box.height <= 1 - box.y + 1e-9


@given(boxes(), boxes())
def test_overlap_is_symmetric_and_between_none_and_all(a: Box, b: Box) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= 1


@given(boxes())
def test_a_box_with_an_area_overlaps_itself_wholly(box: Box) -> None:
    assert iou(box, box) == pytest.approx(1.0) if box.area > 1e-12 else iou(box, box) >= 0


@given(boxes(), SIZE, SIZE)
def test_a_box_of_its_corners_in_pixels_is_the_same_box(box: Box, width_px: int, height_px: int) -> None:
    right, bottom = box.x + box.width, box.y + box.height
    corners = (box.x * width_px, box.y * height_px, right * width_px, bottom * height_px)
    again = Box.from_pixels(corners, width_px=width_px, height_px=height_px)
    assert (again.x, again.y) == pytest.approx((box.x, box.y))
    assert (again.width, again.height) == pytest.approx((box.width, box.height), abs=1e-9)


def test_half_of_two_equal_boxes_side_by_side_overlaps_by_a_third() -> None:
    assert iou(Box(0.0, 0.0, 0.2, 0.2), Box(0.1, 0.0, 0.2, 0.2)) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "parts",
    [(-0.1, 0, 0.5, 0.5), (0, 0, 1.1, 0.5), (0.6, 0, 0.5, 0.5), (0, 0, -0.1, 0.5), (math.nan, 0, 0.1, 0.1)],
)
def test_a_box_outside_the_image_cannot_be_made(parts: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="a box lies within"):
        Box(*parts)


def test_an_image_without_size_or_a_corner_without_number_is_refused() -> None:
    with pytest.raises(ValueError, match="positive width"):
        Box.from_pixels((0, 0, 1, 1), width_px=0, height_px=10)
    with pytest.raises(ValueError, match="not a number"):
        Box.from_pixels((0, 0, math.nan, 1), width_px=10, height_px=10)
