"""Loading the model: the one place outside the engines that imports an engine.

The import takes a second and a hundred megabytes, with PyTorch more, so it is done only when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable

from thumper.settings import Settings
from thumper.weights import Weights
from thumper.worker.detector import Detector
from thumper.worker.libraries import require_libraries, unloadable


def load_detector(
    weights: Weights,
    settings: Settings,
    *,
    device: str | None = None,
    on_export: Callable[[], None] | None = None,
) -> Detector:
    """Load a model as the settings say, in the thread that will use it; takes seconds.

    `device` overrides that of the settings. `on_export` is called before the model is exported for its runtime, below
    the home. Raises `NotInstalledError` when a library is missing or cannot be loaded,
    `DetectorError` when the file is no model, `NoDeviceError` when the device is not there, `DeviceFault` or
    `OutOfMemory` when it cannot take the model.
    """
    device = device or settings.device
    require_libraries(settings.model_copy(update={"device": device}), weights)
    try:
        from thumper.worker.engines.yolo_engine import YoloEngine  # noqa: PLC0415

        return YoloEngine(
            weights,
            device=device,
            engine=settings.engine,
            exports=settings.engines_dir,
            on_export=on_export,
        )
    except ImportError as error:
        raise unloadable(error, settings, weights) from error
