from __future__ import annotations

import numpy as np
from PIL import Image

from thumper.demo.proof_scene import SPEC, draw_proof_scene
from thumper.demo.scene import true_boxes
from thumper.worker.proof import SCENE


def test_the_scene_that_ships_is_the_one_that_the_program_draws() -> None:
    """Nearly to the pixel: another version of Pillow may round an edge differently, which is why a file ships."""
    with Image.open(SCENE) as shipped:
        there = np.asarray(shipped).astype(int)
    drawn = np.asarray(draw_proof_scene()).astype(int)
    assert there.shape == drawn.shape == (480, 640, 3)
    assert np.abs(there - drawn).mean() < 0.5


def test_a_buck_and_a_doe_stand_apart_in_it() -> None:
    buck, doe = true_boxes(SPEC)
    assert (buck.kind.value, doe.kind.value) == ("buck", "doe")
    assert buck.x + buck.width < doe.x
