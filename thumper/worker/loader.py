"""Loading the model: the one place outside the engines that knows which engine there is.

The import is slow and takes a gigabyte, so only whoever runs a model pays it, and only when it does.
"""

from __future__ import annotations

from typing import Final

from thumper.errors import DetectorError
from thumper.weights import Weights
from thumper.worker.detector import Detector

LIBRARIES: Final = frozenset({"torch", "torchvision", "ultralytics"})
"""What the extra `worker` installs."""


class NoInferenceLibraryError(DetectorError):
    """Raised if this machine cannot run any model, as one that only serves or watches."""


def load_detector(weights: Weights, *, device: str) -> Detector:
    """Load a model, in the thread that will use it; takes seconds.

    Raises `NoInferenceLibraryError` when PyTorch or ultralytics is not installed, `DetectorError` when the file is no
    model, `NoDeviceError` when the device is not there, `DeviceFault` or `OutOfMemory` when it cannot take the model.
    """
    try:
        from thumper.worker.engines.ultralytics_engine import UltralyticsEngine  # noqa: PLC0415
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in LIBRARIES:
            raise
        raise NoInferenceLibraryError(
            f"This machine cannot run the detector: {missing} is not installed. "
            "Install Thumper with its extra `worker`, or run the worker on another machine."
        ) from error
    return UltralyticsEngine(weights, device=device)
