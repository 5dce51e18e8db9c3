"""A classifier in ncnn on the CPU, fp32: the second look at boxes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import ncnn
import numpy as np

from thumper.worker.engines.classifier import Answers
from thumper.worker.engines.ncnn_network import extract, load_net

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MIDDLE: Final = [127.0] * 3
_SCALE: Final = [1 / 128] * 3
"""How EfficientNet-Lite's pixels are scaled (`MEAN_RGB` and `STDDEV_RGB` of the original)."""


class NcnnClassifier:
    """An exported classifier. Twins share the weights; each serves one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the model out of the folder of its export."""
        self._net = load_net(folder)
        self._take_memory()

    def twin(self) -> Self:
        """Return a copy with memory of its own."""
        twin = copy.copy(self)
        twin._take_memory()  # noqa: SLF001  # one of its own kind
        return twin

    def classify(self, crops: NDArray[np.uint8]) -> Answers:
        """Look at crops, (n, side, side, 3) uint8 RGB with n above 0, one after the other."""
        rows = [self._run(crop) for crop in crops]
        features, logits = (np.stack(values) for values in zip(*rows, strict=True))
        return Answers(features, softmax(logits))

    def _take_memory(self) -> None:
        self._blobs, self._workspace = ncnn.UnlockedPoolAllocator(), ncnn.UnlockedPoolAllocator()

    def _run(self, crop: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        height_px, width_px = crop.shape[:2]
        values = ncnn.Mat.from_pixels(crop, ncnn.Mat.PixelType.PIXEL_RGB, width_px, height_px)
        values.substract_mean_normalize(_MIDDLE, _SCALE)
        run = self._net.create_extractor()
        run.set_blob_allocator(self._blobs)
        run.set_workspace_allocator(self._workspace)
        run.input("in0", values)
        return [extract(run, name).reshape(-1) for name in self._net.output_names()]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return shares that sum to 1 in each row."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(1, keepdims=True)
    return shares
