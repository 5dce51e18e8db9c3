"""A detector with scripted answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.worker.detector import OutOfMemory

DOE = RawDetection(label="doe", confidence=0.8, box=Box(x=0.1, y=0.1, width=0.3, height=0.3))


class ScriptedDetector:
    """Takes at most `room` images at once; raises the `error` if there is one."""

    name, sha256, labels, device, engine = "scripted", b"\1" * 32, ("doe",), "cpu", "scripted"

    def __init__(self, *, room: int = 100, error: Exception | None = None) -> None:
        self.room = room
        self.error = error
        self.sizes: list[int] = []

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Return one doe an image, or fail."""
        self.sizes.append(len(images))
        if self.error is not None:
            raise self.error
        if len(images) > self.room:
            raise OutOfMemory
        return [[DOE] for _ in images]
