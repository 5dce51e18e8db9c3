"""Which boxes a person can draw."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.drawn_box import DrawnBox
from thumper.domain.label import ClassMap, LabelMeaning, Sex
from thumper.domain.refusal import InvalidValueError

PARTS = st.floats(0, 1)


def drawn(x: float, y: float, width: float, height: float) -> DrawnBox:
    return DrawnBox(x=x, y=y, width=width, height=height, actor="test")


@given(PARTS, PARTS, PARTS, PARTS)
def test_a_box_that_is_accepted_lies_within_the_image_and_has_a_pixel(
    x: float, y: float, width: float, height: float
) -> None:
    try:
        box = drawn(x, y, width, height).box(width_px=1920, height_px=1080)
    except InvalidValueError as refusal:
        assert refusal.field[0] == "box"  # noqa: PT017  # what is refused names its part
        return
    assert (box.x, box.y) == (x, y)
    assert 1 / 1920 <= box.width <= width
    assert 1 / 1080 <= box.height <= height
    assert max(box.x + box.width, box.y + box.height) <= 1 + 1e-6


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ((-0.1, 0, 0.5, 0.5), "x"),
        ((0, 1, 0.5, 0.5), "y"),
        ((math.nan, 0, 0.5, 0.5), "x"),
        ((0, 0, 0, 0.5), "width"),
        ((0, 0, 0.5, -0.5), "height"),
        ((0, 0, 0.0005, 0.5), "width"),
        ((0.6, 0, 0.5, 0.5), "width"),
        ((0, 0.6, 0.5, math.inf), "height"),
        ((0, 0, 0.5, math.nan), "height"),
    ],
)
def test_a_box_outside_or_without_size_is_refused_by_its_part(
    parts: tuple[float, float, float, float], field: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        drawn(*parts).box(width_px=1920, height_px=1080)
    assert refused.value.field == ("box", field)


def test_a_label_of_the_detector_means_what_it_means_there_unless_more_is_said() -> None:
    class_map = ClassMap({"buck": LabelMeaning("buck", species="Odocoileus virginianus", sex=Sex.MALE)})
    plain = DrawnBox(x=0, y=0, width=1, height=1, label="buck", actor="test")
    assert (plain.word(class_map).species, plain.word(class_map).sex) == ("Odocoileus virginianus", Sex.MALE)
    said = DrawnBox(x=0, y=0, width=1, height=1, label="buck", sex=Sex.UNKNOWN, actor="test")
    assert said.word(class_map).sex is Sex.UNKNOWN
    assert plain.word(ClassMap()).species is None
