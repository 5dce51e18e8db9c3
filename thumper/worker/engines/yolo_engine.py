"""Runs a YOLOv8 model in this process: on CUDA, or on the cores of the CPU.

Finds the boxes that `yolo predict` finds with its defaults, but reads, downloads and prints
nothing, and writes only the exported model.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thumper.domain.detection import IMAGE_SIZE, RawDetection
from thumper.weights import Weights
from thumper.worker.engines.device import CPU, choose_device
from thumper.worker.engines.device_errors import translated_errors
from thumper.worker.engines.network import Network
from thumper.worker.engines.runtimes import open_network
from thumper.worker.engines.streams import Streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thumper.worker.engines.stacks import Stacks


class YoloEngine:
    """A `Detector`, made in a second or, with PyTorch, a few. One caller at a time.

    `device` is auto, cpu, cuda or cuda:N, `engine` as in `open_network`; exported models are kept in `exports`.
    Raises `DetectorError` if the file is no YOLOv8 detection model or cannot be exported, `NoDeviceError` if the
    device is not there, `DeviceFault` or `OutOfMemory` if it cannot take the model, `ModuleNotFoundError` if a
    library is missing.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        device: str,
        engine: str,
        exports: Path,
        on_export: Callable[[], None] | None = None,
    ) -> None:
        """Load the model onto the device and warm it up; `on_export` is called before it is exported."""
        self.name = weights.name
        self.sha256 = weights.sha256
        with translated_errors():
            self.device = choose_device(device, engine, weights.path)
            network, self.engine = open_network(
                weights, self.device, engine, exports=exports, on_export=on_export
            )
            self.labels = network.labels
            self._road = _road_of(network, self.device)
            self._road.detect([np.zeros((IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)])  # the first picture is slow

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Find what is in each image; see `Detector.detect`."""
        with translated_errors():
            return self._road.detect(images)


def _road_of(network: Network, device: str) -> Stacks | Streams:
    if device != CPU:  # so PyTorch is here: nothing else runs a network on a GPU
        from thumper.worker.engines.stacks import Stacks  # noqa: PLC0415
        from thumper.worker.engines.torch_network import TorchNetwork  # noqa: PLC0415

        if isinstance(network, TorchNetwork):
            return Stacks(network)
    return Streams(network, len(os.sched_getaffinity(0)))
