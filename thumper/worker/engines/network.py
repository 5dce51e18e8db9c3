"""One YOLOv8 network on one device: pictures in, boxes out.

Does to a picture what `yolo predict` does, with ultralytics' own letterbox and
suppression, and nothing else. A network serves one thread at a time.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from thumper.domain.box import Box
from thumper.domain.detection import IMAGE_SIZE, NMS_IOU, STORAGE_FLOOR, RawDetection
from thumper.errors import DetectorError
from thumper.worker.engines.library import (
    Detect,
    DetectionModel,
    LetterBox,
    load_checkpoint,
    non_max_suppression,
    scale_boxes,
    torch,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAX_BOXES: Final = 300
"""Most boxes of one image (default of ultralytics)."""
_LEAST_STRIDE: Final = 32
"""Sides of the network's input are multiples of this or of its own stride (as ultralytics predicts)."""
_LABEL_CHARACTERS: Final = 200
"""Longest label that the database takes; some files carry whole annotation lines as class names."""
_WANTED: Final = "THUMPER_MODEL must name a YOLOv8 detection model (.pt)."


class Network:
    """A loaded network. `labels` are its words by class number."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Load a model file. Raises `DetectorError` if it is no YOLOv8 detection model."""
        self._device = device
        # Pixel by pixel is the faster layout on x86 and CUDA alike, and the one that photos have anyway.
        self._model = _load(path).to(device, memory_format=torch.channels_last)
        self.labels = _labels(self._model.names)
        stride = max(int(self._model.stride.max()), _LEAST_STRIDE)
        self._letterbox = LetterBox(IMAGE_SIZE, auto=True, stride=stride)

    def twin(self) -> Self:
        """Give a copy that another thread may use at the same time."""
        twin = copy.copy(self)
        twin._model = copy.deepcopy(self._model)  # noqa: SLF001  # one of its own kind
        return twin

    def predict(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Run images of one size, (height, width, 3) uint8 RGB each, through the network together."""
        with torch.inference_mode():
            boxed = torch.stack([torch.from_numpy(self._letterbox(image=image)) for image in images])
            values = boxed.to(self._device).permute(0, 3, 1, 2).float().div_(255)  # (n, 3, height, width)
            answers = non_max_suppression(
                self._model(values), STORAGE_FLOOR, NMS_IOU, max_det=_MAX_BOXES, nc=len(self.labels)
            )
            return [
                self._detections(rows.cpu(), tuple(values.shape[2:]), image)
                for rows, image in zip(answers, images, strict=True)
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


def _load(path: Path) -> Any:
    try:
        model, _ = load_checkpoint(str(path), device="cpu", fuse=True)
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0].removeprefix("ERROR ❌️ ")
        raise DetectorError(f"The model {path} cannot be loaded. {_WANTED} ({first_line})") from error
    layers = getattr(model, "model", None)
    head = type(layers[-1]) if isinstance(layers, torch.nn.Sequential) else None
    if not isinstance(model, DetectionModel) or head is not Detect or getattr(model, "end2end", False):
        kind = f"{type(model).__name__} with the head {head.__name__ if head is not None else 'unknown'}"
        raise DetectorError(f"The model {path} is a {kind}. {_WANTED}")
    for parameter in model.parameters():
        parameter.requires_grad = False
    return model


def _labels(names: Mapping[int, str] | Sequence[str]) -> tuple[str, ...]:
    """Give the class names by number, cut to what can be stored."""
    ordered = [names[number] for number in range(len(names))]
    return tuple(str(name).replace("\0", "")[:_LABEL_CHARACTERS] for name in ordered)
