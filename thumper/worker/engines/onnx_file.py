"""A user's own YOLOv8 model as an ONNX file, as `yolo export format=onnx` writes it; it needs no PyTorch.

Such a file decodes its boxes itself and carries its class names as metadata. It takes pictures of every size
(`dynamic=True`) or of the one that it was exported for, which is then filled up with grey.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from thumper.domain.detection import IMAGE_SIZE
from thumper.errors import DetectorError
from thumper.worker.engines.letterbox import Letterbox
from thumper.worker.engines.network import Network, values_of
from thumper.worker.engines.onnx_network import open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WANTED: Final = "THUMPER_MODEL must name a YOLOv8 detection model; `yolo export format=onnx` writes one."
_CORNERS: Final = 4
"""Numbers of a place before its confidences: centre x, y, width and height."""
_PICTURE: Final = 4
"""Dimensions of the input: pictures, colours, height, width."""
_STRIDE: Final = 32
"""Of YOLOv8: used if the file does not state its own."""


class OnnxFileNetwork(Network):
    """The model of an ONNX file. Any number of threads may use it."""

    def __init__(self, path: Path) -> None:
        """Load the file. Raises `DetectorError` if it is no YOLOv8 detection model that can be used."""
        self._session = _opened(path)
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(inputs[0].shape) != _PICTURE:
            raise DetectorError(f"The model {path} takes something else than pictures in fp32. {_WANTED}")
        self._input: str = inputs[0].name
        count, _, *sides = inputs[0].shape
        self._one_at_a_time = isinstance(count, int)
        told = self._session.get_modelmeta().custom_metadata_map
        super().__init__(_names(path, told), _letterbox(sides, int(told.get("stride", _STRIDE))))
        self._check_answer(path)

    def twin(self) -> Self:
        """Return itself: the runtime serves many threads at a time."""
        return self

    def forward(self, boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run pictures through the session; see `Network.forward`."""
        values = values_of(boxed)
        stacks = np.split(values, len(values)) if self._one_at_a_time else [values]
        return np.concatenate([self._session.run(None, {self._input: stack})[0] for stack in stacks])

    def _check_answer(self, path: Path) -> None:
        """Raise `DetectorError` if what it says of a blank picture has not the shape of boxes with confidences."""
        blank = self.letterbox(np.zeros((IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8))
        try:
            answers = self._session.run(None, {self._input: values_of(blank[None])})
        except Exception as error:  # the runtime has classes of its own for each failure
            raise DetectorError(f"The model {path} fails on a blank picture. {_WANTED} ({error})") from error
        shapes = [answer.shape for answer in answers]
        channels = _CORNERS + len(self.labels)
        if len(shapes) != 1 or shapes[0][:2] != (1, channels):
            raise DetectorError(
                f"The model {path} answers {shapes} where a detector of {len(self.labels)} classes answers one"
                f" (1, {channels}, places). {_WANTED}"
            )


def _opened(path: Path) -> Any:
    try:
        return open_session(path)
    except MemoryError:  # of the machine, not of the file
        raise
    except Exception as error:  # see above
        raise DetectorError(f"The model {path} cannot be loaded. {_WANTED} ({error})") from error


def _names(path: Path, told: dict[str, str]) -> dict[int, str]:
    """Return the class names by number, which ultralytics writes as a Python dictionary."""
    try:
        names = ast.literal_eval(told["names"])
        return {number: str(names[number]) for number in range(len(names))}
    except (KeyError, SyntaxError, TypeError, ValueError) as error:
        raise DetectorError(f"The model {path} has no class names in its metadata. {_WANTED}") from error


def _letterbox(sides: list[int | str], stride: int) -> Letterbox:
    """Return how pictures are scaled: `sides` are height and width, or names when every size is taken."""
    height_px, width_px = sides
    if isinstance(height_px, int) and isinstance(width_px, int):
        return Letterbox(stride, size=(height_px, width_px))
    return Letterbox(stride)
