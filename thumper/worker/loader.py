"""Loading the model: the one place outside the engines that imports an engine.

The import is slow and takes a gigabyte, so it is done only when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import Weights
from thumper.worker.detector import Detector

LIBRARIES: Final = frozenset({"ncnn", "onnxruntime", "openvino", "torch", "torchvision", "ultralytics"})
"""What the extras `worker` and `openvino` install."""


class NoInferenceLibraryError(DetectorError):
    """Raised if no inference library is installed, as on a machine that only serves or watches."""


def load_detector(
    weights: Weights,
    settings: Settings,
    *,
    device: str | None = None,
    on_export: Callable[[], None] | None = None,
) -> Detector:
    """Load a model as the settings say, in the thread that will use it; takes seconds.

    `device` overrides that of the settings. `on_export` is called before the model is exported for its runtime, below
    the home. Raises `NoInferenceLibraryError` when a library is not installed,
    `DetectorError` when the file is no model, `NoDeviceError` when the device is not there, `DeviceFault` or
    `OutOfMemory` when it cannot take the model.
    """
    try:
        from thumper.worker.engines.yolo_engine import YoloEngine  # noqa: PLC0415

        return YoloEngine(
            weights,
            device=device or settings.device,
            engine=settings.engine,
            exports=settings.home / "engines",
            on_export=on_export,
        )
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in LIBRARIES:
            raise
        extra = "openvino" if missing == "openvino" else "worker"
        raise NoInferenceLibraryError(
            f"This machine cannot run the detector: {missing} is not installed. "
            f"Install Thumper with its extra `{extra}`, or run the worker on another machine."
        ) from error
