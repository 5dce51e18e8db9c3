"""How a network looks, against reckoning class by class."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.worker.engines.head import Head
from thumper.worker.engines.letterbox import Letterbox
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.suppression import suppress

PICTURE = np.zeros((300, 400, 3), np.uint8)


def test_a_plain_look_changes_nothing() -> None:
    answers = np.random.default_rng(1).random((7, 5), np.float32)
    assert PLAIN.candidates(answers) is answers
    assert PLAIN.labels(("buck", "doe")) == ("buck", "doe")
    assert PLAIN.least_of_a_class == PLAIN.floor


@given(st.lists(st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4), min_size=1, max_size=5))
def test_joined_classes_are_there_if_any_of_them_is(confidences: list[list[float]]) -> None:
    look = Look(joined=(1, 3), joined_label="deer")
    answers = np.concatenate((np.ones((4, len(confidences))), np.array(confidences).T)).astype(np.float32)
    told = look.candidates(answers)
    assert told.shape == (5, len(confidences))
    assert look.labels(("a", "b", "c", "d")) == ("deer",)
    for place, (_, one, _, other) in enumerate(confidences):
        assert told[4, place] == pytest.approx(1 - (1 - one) * (1 - other), abs=1e-6)
    assert look.candidates(answers[None]).shape == (1, *told.shape)


@given(st.floats(0.01, 0.9), st.integers(1, 10))
def test_no_box_that_reaches_the_floor_is_left_out_by_its_classes(floor: float, classes: int) -> None:
    look = Look(floor=floor, joined=tuple(range(classes)))
    assert 1 - (1 - look.least_of_a_class) ** classes == pytest.approx(floor)


def test_head_and_suppression_take_the_floor_and_the_overlap_that_they_are_told() -> None:
    maps = [np.full((1, 65, 4, 4), -20, np.float32)]
    maps[0][0, [1, 17, 33, 49]] = 20  # a stride to each side: the two boxes hardly overlap
    maps[0][0, 64, 1, 1], maps[0][0, 64, 2, 2] = math.log(0.03 / 0.97), math.log(0.2 / 0.8)
    assert Head((8,), 1).candidates(maps).shape[2] == 1
    found = Head((8,), 1, floor=0.02).candidates(maps)
    assert found.shape[2] == 2
    assert len(suppress(found[0])) == 1
    assert len(suppress(found[0], floor=0.02)) == 2
    near = np.array([[50, 55], [50, 50], [40, 40], [40, 40], [0.9, 0.8]], np.float32)  # they overlap by .78
    assert len(suppress(near)) == 1
    assert len(suppress(near, overlap=0.8)) == 2


@pytest.mark.parametrize(
    ("longest_px", "expected"), [(640, (480, 640)), (512, (384, 512)), (320, (256, 320))]
)
def test_a_picture_is_scaled_to_the_size_of_the_look(longest_px: int, expected: tuple[int, int]) -> None:
    assert Letterbox(32, longest_px=longest_px)(PICTURE).shape[:2] == expected
