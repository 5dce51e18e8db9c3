"""Suppression against ultralytics' own, which uses torchvision's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torchvision  # noqa: F401  # ultralytics uses it when it is loaded, as `yolo predict` has it
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from ultralytics.utils.nms import non_max_suppression

from thumper.domain.detection import NMS_IOU, STORAGE_FLOOR
from thumper.worker.engines.suppression import suppress


def theirs(candidates: NDArray[np.float32], classes: int) -> NDArray[np.float32]:
    """Return what ultralytics keeps of one picture's candidates."""
    # It takes an answer that is six wide for boxes that are done: two places where nothing is make it wider.
    padded = torch.nn.functional.pad(torch.from_numpy(candidates[None].copy()), (0, 2))
    if padded.shape[2] == 6:
        padded = torch.nn.functional.pad(padded, (0, 1))
    (rows,) = non_max_suppression(padded, STORAGE_FLOOR, NMS_IOU, nc=classes, max_time_img=math.inf)
    told: NDArray[np.float32] = rows.numpy()
    return told


def crowd(places: int, classes: int, seed: int) -> NDArray[np.float32]:
    """Return candidates that overlap a lot, no two of one confidence."""
    chance = np.random.default_rng(seed)
    boxes = np.stack(
        [
            chance.uniform(50, 250, places),
            chance.uniform(50, 250, places),
            chance.uniform(0, 150, places),
            chance.uniform(0, 150, places),
        ]
    )
    confidences = chance.permutation(np.linspace(0, 1, classes * places)).reshape(classes, places)
    return np.concatenate((boxes, confidences)).astype(np.float32)


@settings(deadline=None, max_examples=150)
@given(places=st.integers(0, 60), classes=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_the_boxes_that_ultralytics_keeps_are_kept_in_its_order(places: int, classes: int, seed: int) -> None:
    candidates = crowd(places, classes, seed)
    np.testing.assert_array_equal(suppress(candidates), theirs(candidates, classes))


def test_no_more_than_300_boxes_of_a_picture_are_kept() -> None:
    places = 700
    candidates = np.zeros((5, places), np.float32)
    candidates[0], candidates[2:4], candidates[4] = np.arange(places) * 20, 10, np.linspace(0.1, 0.9, places)
    kept = suppress(candidates)
    assert kept.shape == (300, 6)
    np.testing.assert_array_equal(kept, theirs(candidates, 1))


@pytest.mark.parametrize("value", [math.nan, -math.inf, 0.05])
def test_what_is_not_above_the_floor_is_no_box(value: float) -> None:
    candidates = np.full((5, 3), value, np.float32)
    candidates[:4] = 10
    assert suppress(candidates).shape == (0, 6)


def test_boxes_without_area_suppress_nothing() -> None:
    candidates = np.array([[5, 5], [5, 5], [0, 0], [0, 0], [0.9, 0.8]], np.float32)
    assert len(suppress(candidates)) == 2
