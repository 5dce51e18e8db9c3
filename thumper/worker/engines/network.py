"""One YOLOv8 network, whatever runs it: pictures in, boxes out.

Does to a picture what `yolo predict` does, with ultralytics' own letterbox and
suppression, and nothing else. Only the forward pass in between differs by runtime.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from thumper.domain.box import Box
from thumper.domain.detection import IMAGE_SIZE, NMS_IOU, STORAGE_FLOOR, RawDetection
from thumper.worker.engines.library import LetterBox, non_max_suppression, scale_boxes, torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_BOXES: Final = 300
"""Most boxes of one image (default of ultralytics)."""
_LEAST_STRIDE: Final = 32
"""Sides of the network's input are multiples of this or of its own stride (as ultralytics predicts)."""
_TAKEN_FOR_ANSWERS: Final = 6
"""With this number of places ultralytics takes candidates for the six numbers of boxes after suppression."""
_LABEL_CHARACTERS: Final = 200
"""Longest label that the database takes; some files carry whole annotation lines as class names."""


class Network(ABC):
    """A loaded network. `labels` are its words by class number. It serves one thread at a time."""

    def __init__(self, names: Mapping[int, str] | Sequence[str], stride: int) -> None:
        """Take the class names of the model file by number, and the network's stride in pixels."""
        self.labels = _labels(names)
        self._letterbox = LetterBox(IMAGE_SIZE, auto=True, stride=max(stride, _LEAST_STRIDE))

    @abstractmethod
    def twin(self) -> Self:
        """Return a copy that another thread may use at the same time."""

    @abstractmethod
    def forward(self, boxed: NDArray[np.uint8]) -> torch.Tensor:
        """Run letterboxed pictures, (n, height, width, 3) uint8 RGB; return (n, 4 + classes, anchors) float32."""

    def letterboxed(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Scale images of one size to the network's, with grey to the next stride: (n, height, width, 3)."""
        return np.stack([self.letterbox(image) for image in images])

    def letterbox(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Scale one image; see `letterboxed`. Any number of threads may do so."""
        boxed: NDArray[np.uint8] = self._letterbox(image=image)
        return boxed

    def predict(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Run images of one size, (height, width, 3) uint8 RGB each, through the network together."""
        with torch.inference_mode():
            boxed = self.letterboxed(images)
            return self.boxes(self.forward(boxed), boxed.shape[1:3], images)

    def boxes(
        self, candidates: torch.Tensor, boxed: tuple[int, ...], images: Sequence[NDArray[np.uint8]]
    ) -> list[list[RawDetection]]:
        """Suppress overlaps; return the boxes of each image.

        `candidates` are what `forward` returns for letterboxed pictures of the (height, width) `boxed`.
        """
        if candidates.shape[2] == _TAKEN_FOR_ANSWERS:
            candidates = torch.nn.functional.pad(candidates, (0, 1))  # a place where nothing is
        answers = non_max_suppression(
            candidates,
            STORAGE_FLOOR,
            NMS_IOU,
            max_det=_MAX_BOXES,
            nc=len(self.labels),
            max_time_img=math.inf,  # else ultralytics drops the boxes of later pictures when it runs out of time
        )
        return [
            self._detections(rows.cpu(), boxed, image) for rows, image in zip(answers, images, strict=True)
        ]

    def _detections(self, rows: Any, boxed: tuple[int, ...], image: NDArray[np.uint8]) -> list[RawDetection]:
        """Turn (n, 6) rows x1, y1, x2, y2, confidence, class, in pixels of the letterboxed picture, into detections.

        `boxed` is that picture's (height, width).
        """
        height_px, width_px = image.shape[:2]
        corners = scale_boxes(boxed, rows[:, :4], (height_px, width_px)).tolist()
        return [
            RawDetection(
                label=self.labels[int(number)],
                confidence=min(max(confidence, 0.0), 1.0),
                box=Box.from_pixels(tuple(corner), width_px=width_px, height_px=height_px),
            )
            for corner, (confidence, number) in zip(corners, rows[:, 4:6].tolist(), strict=True)
        ]


def values_of(boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return letterboxed pictures as runtimes take them: (n, 3, height, width) float32, 0 to 1."""
    return np.multiply(boxed.transpose(0, 3, 1, 2), np.float32(1 / 255), dtype=np.float32, order="C")


def _labels(names: Mapping[int, str] | Sequence[str]) -> tuple[str, ...]:
    """Return the class names by number, cut to what can be stored."""
    ordered = [names[number] for number in range(len(names))]
    return tuple(str(name).replace("\0", "")[:_LABEL_CHARACTERS] for name in ordered)
