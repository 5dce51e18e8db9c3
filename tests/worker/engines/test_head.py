"""The head in numpy against the one in PyTorch, whose box arithmetic is ultralytics'."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from thumper.domain.detection import STORAGE_FLOOR
from thumper.worker.engines.head import Head
from thumper.worker.engines.torch_head import TorchHead

STRIDES = (8, 16, 32)


@pytest.mark.parametrize("classes", [1, 3])
def test_every_place_that_may_hold_something_is_read_as_pytorch_reads_it(classes: int) -> None:
    chance = np.random.default_rng(classes)
    maps = [
        chance.normal(-6, 2, (2, 64 + classes, 96 // stride, 160 // stride)).astype(np.float32)
        for stride in STRIDES
    ]
    everywhere = TorchHead(STRIDES, classes).candidates([torch.from_numpy(values) for values in maps]).numpy()
    expected = everywhere[:, :, (everywhere[:, 4:].max((0, 1)) > STORAGE_FLOOR)]
    found = Head(STRIDES, classes).candidates(maps)
    assert 20 < found.shape[2] < everywhere.shape[2]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_picture_in_which_nothing_is_has_no_candidate() -> None:
    maps = [np.full((1, 66, 64 // stride, 64 // stride), -20, np.float32) for stride in STRIDES]
    assert Head(STRIDES, 2).candidates(maps).shape == (1, 6, 0)
