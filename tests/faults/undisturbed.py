"""What the model finds in each photo when nothing disturbs it, and without any Thumper around it."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np

from tests.faults.stage import INPUT_PX
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.weights import resolve

Box = tuple[str, float, float, float, float, float]
"""Label, confidence, x, y, width, height, each to six digits."""


def rounded(label: str, *numbers: float) -> Box:
    """Return a box in the form in which boxes are compared."""
    confidence, x, y, width, height = (round(number, 6) for number in numbers)
    return label, confidence, x, y, width, height


class Undisturbed:
    """Looks at photos with the default model; remembers what it saw."""

    def __init__(self, input_px: int = INPUT_PX) -> None:
        """Load the model, with pictures scaled to `input_px` as in the processes of a `Stage`."""
        from thumper.worker.engines import letterbox
        from thumper.worker.loader import load_detector

        with mock.patch.object(letterbox, "IMAGE_SIZE", input_px), tempfile.TemporaryDirectory() as home:
            settings = Settings(home=Path(home))
            self._engine = load_detector(resolve(settings), settings, device="cpu")
        self.boxes_of = functools.cache(self._boxes_of)

    def _boxes_of(self, photo: Path) -> tuple[Box, ...]:
        """Return the boxes of one photo, in the order of the model."""
        (boxes,) = self._engine.detect([np.asarray(decode(photo.read_bytes(), Limits()).image)])
        return tuple(
            rounded(b.label, b.confidence, b.box.x, b.box.y, b.box.width, b.box.height) for b in boxes
        )


@functools.cache
def undisturbed() -> Undisturbed:
    """Return the one that this process has."""
    return Undisturbed()
