"""Detection in the proof scene: what the worker records of a new detector and `thumper doctor` repeats.

It is also the worker's control: a model that fails on a photo and on the scene as well does not fail because of the
photo. The picture is a file that ships with Thumper; `thumper/demo/proof_scene.py` drew it.
"""

from __future__ import annotations

import hashlib
import time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from thumper.domain.proof import Proof
from thumper.weights import PACKAGED_MODEL
from thumper.worker.detector import Detector

SCENE: Final = PACKAGED_MODEL.with_name("proof-scene.png")


def scene_hash() -> str:
    """Return the SHA-256 of the scene's file, in hex."""
    return hashlib.sha256(SCENE.read_bytes()).hexdigest()


def scene_pixels() -> NDArray[np.uint8]:
    """Return the scene, (height, width, 3) uint8 RGB."""
    with Image.open(SCENE, formats=("PNG",)) as picture:
        return np.array(picture.convert("RGB"))


def look_at_scene(detector: Detector) -> Proof:
    """Return what a model finds in the scene; in the detector's own thread. Raises what `Detector.detect` raises."""
    (found,) = detector.detect([scene_pixels()])
    return Proof(scene=scene_hash(), engine=detector.engine, device=detector.device, boxes=tuple(found))


def look_first(detector: Detector) -> tuple[Proof, float]:
    """Return what a model that was just loaded finds in the scene, and in how many seconds."""
    look_at_scene(detector)  # the first picture of a size is slow
    began_s = time.monotonic()
    return look_at_scene(detector), time.monotonic() - began_s
