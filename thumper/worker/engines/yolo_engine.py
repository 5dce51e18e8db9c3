"""Runs a YOLOv8 model in this process: on CUDA, or on the cores of the CPU.

Finds the boxes that `yolo predict` finds with its defaults, but reads, downloads and prints
nothing, and writes only the exported model.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thumper.domain.detection import IMAGE_SIZE, RawDetection
from thumper.errors import DetectorError
from thumper.weights import Weights
from thumper.worker.detector import DeviceFault, NoDeviceError, OutOfMemory
from thumper.worker.engines.library import torch
from thumper.worker.engines.runtimes import open_network
from thumper.worker.engines.stacks import Stacks
from thumper.worker.engines.streams import Streams
from thumper.worker.engines.torch_network import TorchNetwork

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ON_CUDA: Final = frozenset({"auto", "torch"})
"""Engines that can use a GPU."""
_FAULT_WORDS: Final = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "cuDNN error", "device-side assert")
"""Text of errors that lose the CUDA context and for which PyTorch has no class."""


class YoloEngine:
    """A `Detector`, made in a few seconds. One caller at a time.

    `device` is auto, cpu, cuda or cuda:N, `engine` as in `open_network`; exported models are kept in `exports`.
    Raises `DetectorError` if the file is no YOLOv8 detection model or cannot be exported, `NoDeviceError` if the
    device is not there, `DeviceFault` or `OutOfMemory` if it cannot take the model.
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
        self._device = _choose_device(device, engine)
        self.name = weights.name
        self.sha256 = weights.sha256
        self.device = str(self._device)
        on_cpu = self._device.type == "cpu"
        if on_cpu:
            torch.set_num_threads(1)  # see `Streams`
        with _translated_errors():
            network, self.engine = open_network(
                weights, self._device, engine, exports=exports, on_export=on_export
            )
            self.labels = network.labels
            network.predict([_blank()])  # the first picture is slow
            self._road = (
                Stacks(network)
                if isinstance(network, TorchNetwork) and not on_cpu
                else Streams(network, len(os.sched_getaffinity(0)))
            )

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Find what is in each image; see `Detector.detect`."""
        with _translated_errors():
            return self._road.detect(images)


def _blank() -> NDArray[np.uint8]:
    blank: NDArray[np.uint8] = torch.zeros(IMAGE_SIZE, IMAGE_SIZE, 3, dtype=torch.uint8).numpy()
    return blank


def _choose_device(wanted: str, engine: str) -> torch.device:
    on_cpu_only = engine not in _ON_CUDA
    if wanted == "cpu" or (wanted == "auto" and (on_cpu_only or not torch.cuda.is_available())):
        return torch.device("cpu")
    if on_cpu_only:
        raise DetectorError(
            f"THUMPER_ENGINE={engine} runs on the CPU only, and THUMPER_DEVICE is {wanted}. Change one of them."
        )
    device = torch.device("cuda:0" if wanted in {"auto", "cuda"} else wanted)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.index >= count:
        raise NoDeviceError(
            f"THUMPER_DEVICE={wanted}: PyTorch {torch.__version__} sees {count} CUDA devices here."
            " Check the driver with nvidia-smi, or set THUMPER_DEVICE=cpu."
        )
    return device


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate PyTorch's errors into ours; what is neither out of memory nor a fault stays as it is."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise OutOfMemory(str(error)) from None
    except torch.AcceleratorError as error:
        raise DeviceFault(str(error)) from error
    except RuntimeError as error:
        if any(words in str(error) for words in _FAULT_WORDS):
            raise DeviceFault(str(error)) from error
        raise
