from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box
from thumper.domain.second_look import DEER, GROUPS, MARGIN, group_shares, square_around, veto

FRACTION = st.floats(0, 0.5)
BOXES = st.builds(Box, x=FRACTION, y=FRACTION, width=st.floats(0, 0.5), height=st.floats(0, 0.5))
CLASSES = 1000


def sure_of(*numbers: int) -> list[float]:
    return [1 / len(numbers) if number in numbers else 0.0 for number in range(CLASSES)]


@given(BOXES, st.integers(1, 4000), st.integers(1, 4000))
def test_the_square_is_around_the_middle_and_as_much_larger_as_is_said(
    box: Box, width_px: int, height_px: int
) -> None:
    square = square_around(box, width_px=width_px, height_px=height_px)
    longer = MARGIN * max(box.width * width_px, box.height * height_px)
    assert max(longer, 1) - 1e-6 <= square.side < longer + 1 + 1e-6
    assert abs(square.left + square.side / 2 - (box.x + box.width / 2) * width_px) <= 0.5 + 1e-6
    assert abs(square.top + square.side / 2 - (box.y + box.height / 2) * height_px) <= 0.5 + 1e-6


def test_no_class_is_of_two_groups() -> None:
    numbers = [number for group in GROUPS.values() for number in group]
    assert len(numbers) == len(set(numbers))
    assert min(numbers) >= 0
    assert max(numbers) < CLASSES


@pytest.mark.parametrize(
    ("number", "group"),
    [
        (342, "hog"),  # wild boar
        (272, "canid"),  # coyote
        (99, "bird"),  # goose
        (295, "bear"),  # American black bear
        (361, "small mammal"),  # skunk
        (353, DEER),  # gazelle
    ],
)
def test_what_the_classifier_is_sure_of_is_of_one_group_and_only_one_is_no_deer(
    number: int, group: str
) -> None:
    told = group_shares(sure_of(number))
    assert max(told, key=lambda name: told[name]) == group
    assert told[group] == pytest.approx(1, abs=0.002)
    assert veto(sure_of(number)) == pytest.approx(1 if group == DEER else 0, abs=0.002)


@given(st.lists(st.sampled_from(range(CLASSES)), min_size=1, max_size=8), st.floats(0, 1))
def test_a_veto_is_a_share_and_what_was_taught_can_only_agree_or_lower(
    numbers: list[int], taught: float
) -> None:
    shares = sure_of(*numbers)
    assert 0 <= veto(shares) <= 1
    assert math.fsum(group_shares(shares).values()) <= 1
    assert veto(shares, taught) ** 2 == pytest.approx(veto(shares) * taught)


def test_what_is_no_animal_is_no_deer() -> None:
    assert veto(sure_of(999)) == veto(sure_of(0)) == 0
