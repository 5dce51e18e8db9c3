"""One YOLOv8 network, whatever runs it: pictures in, boxes out.

Does to a picture what `yolo predict` does, and nothing else: letterbox, forward pass, suppression, scaling. Only the
forward pass differs by runtime; all else is numpy and OpenCV, so that a CPU needs no PyTorch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.worker.engines.letterbox import Letterbox, in_picture
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.suppression import suppress

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LABEL_CHARACTERS: Final = 200
"""Longest label that the database takes; some files carry whole annotation lines as class names."""


class Network(ABC):
    """A loaded network. `labels` are its words by class number. It serves one thread at a time."""

    def __init__(
        self, names: Mapping[int, str] | Sequence[str], letterbox: Letterbox, look: Look = PLAIN
    ) -> None:
        """Take the class names of the model file by number, how pictures are scaled for it, and what is taken."""
        self.labels = look.labels(_labels(names))
        self.look = look
        self.letterbox = letterbox

    @abstractmethod
    def twin(self) -> Self:
        """Return a copy that another thread may use at the same time."""

    @abstractmethod
    def forward(self, boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run letterboxed pictures, (n, height, width, 3) uint8 RGB; return (n, 4 + classes, places).

        They are centre x, y, width, height in pixels, then a confidence a class.
        """

    def enter_thread(self) -> None:
        """Prepare the current thread for this network and its twins; called once in each."""
        return

    def predict(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Run images of one size, (height, width, 3) uint8 RGB each, through the network together."""
        each = [self.letterbox(image)[None] for image in images]
        boxed = each[0] if len(each) == 1 else np.concatenate(each)  # one needs no copy
        answers = zip(self.forward(boxed), images, strict=True)
        return [self.boxes(candidates, boxed.shape[1:3], image) for candidates, image in answers]

    def boxes(
        self, candidates: NDArray[np.float32], boxed: tuple[int, int], image: NDArray[np.uint8]
    ) -> list[RawDetection]:
        """Suppress overlaps; return the boxes of one image.

        `candidates` are what `forward` returns of it, letterboxed to the (height, width) `boxed`.
        """
        rows = suppress(self.look.candidates(candidates), floor=self.look.floor, overlap=self.look.overlap)
        height_px, width_px = image.shape[:2]
        corners = in_picture(rows[:, :4], boxed, image.shape).tolist()
        return [
            RawDetection(
                label=self.labels[int(number)],
                confidence=min(max(confidence, 0.0), 1.0),
                box=Box.from_pixels(tuple(corner), width_px=width_px, height_px=height_px),
            )
            for corner, (confidence, number) in zip(corners, rows[:, 4:].tolist(), strict=True)
        ]


def values_of(boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return letterboxed pictures as runtimes take them: (n, 3, height, width) float32, 0 to 1."""
    return np.multiply(boxed.transpose(0, 3, 1, 2), np.float32(1 / 255), dtype=np.float32, order="C")


def _labels(names: Mapping[int, str] | Sequence[str]) -> tuple[str, ...]:
    """Return the class names by number, cut to what can be stored."""
    ordered = [names[number] for number in range(len(names))]
    return tuple(str(name).replace("\0", "")[:_LABEL_CHARACTERS] for name in ordered)
