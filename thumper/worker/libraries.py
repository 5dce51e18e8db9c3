"""Which inference libraries the settings need, and what to do when one is missing or cannot be loaded."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Final

from thumper.domain.precision import Precision
from thumper.errors import NotInstalledError
from thumper.settings import Settings
from thumper.weights import Weights
from thumper.worker.engines.device import CPU, has_driver, is_onnx
from thumper.worker.engines.exported import EXPORTERS
from thumper.worker.engines.packaged import packaged_form

_ON_CPU: Final = ("ncnn", "onnxruntime")
_EXTRAS: Final = {
    "cv2": "worker",
    **dict.fromkeys(_ON_CPU, "worker"),
    "openvino": "openvino",
    **dict.fromkeys((*EXPORTERS, "onnx", "pnnx", "torchvision"), "torch"),
}
"""The extra of Thumper that installs each."""
LIBRARIES: Final = frozenset(_EXTRAS)

_SYSTEM_PACKAGES: Final = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
}
"""Debian's packages of the libraries that wheels leave to the system."""
_OF_A_SCREEN: Final = ("libGL.so.1", "libEGL.so.1", "libgthread-2.0.so.0")
"""What OpenCV's build with windows needs, and its headless one does not."""


def require_libraries(settings: Settings, weights: Weights) -> None:
    """Raise `NotInstalledError` if the model cannot run here with what is installed; imports none of it."""
    if missing := _first_missing(settings, weights):
        raise not_installed(missing, settings, weights)


def unloadable(error: ImportError, settings: Settings, weights: Weights) -> NotInstalledError:
    """Return what to tell people of a library that is not there, or is and cannot be loaded."""
    missing = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    return not_installed(missing, settings, weights) if missing in LIBRARIES else not_loaded(error)


def not_installed(library: str, settings: Settings, weights: Weights) -> NotInstalledError:
    """Return the error of a missing library, with what asks for it and the command that helps."""
    extra = _EXTRAS[library]
    asking, other = "", ""
    if extra == "torch":
        asking, other = _asking_for_torch(settings, weights)
    elif extra == "worker":
        other = "; or run the worker on another machine and `thumper serve` and `thumper watch` here"
    help_with = {
        "torch": "Run `make install TORCH=1`, or `pip install 'thumper[torch]'`",
        "openvino": "Run `.venv/bin/pip install -c constraints.txt openvino`, or `pip install 'thumper[openvino]'`",
        "worker": "Run `make install`, or `pip install 'thumper[worker]'`",
    }[extra]
    return NotInstalledError(
        f"The detector cannot run here: {asking}{library} is not installed. {help_with}{other}."
    )


def _asking_for_torch(settings: Settings, weights: Weights) -> tuple[str, str]:
    """Return what of the settings needs PyTorch, and what would do without, as parts of a sentence."""
    if not is_onnx(weights.path) and packaged_form(weights.sha256) is None:
        without = "; an ONNX file of a model (`yolo export format=onnx`) runs on the CPU without it"
        return f"the model {weights.path} needs PyTorch to be read, and ", without
    if settings.device not in {"auto", CPU}:
        return (
            f"THUMPER_DEVICE={settings.device} needs PyTorch, and ",
            "; with THUMPER_DEVICE=cpu it runs without",
        )
    if settings.engine == "torch":
        return "THUMPER_ENGINE=torch needs PyTorch, and ", "; with THUMPER_ENGINE=auto it runs without"
    return "", ""


def not_loaded(error: ImportError) -> NotInstalledError:
    """Return the error of a library that is installed and cannot be loaded, with the command that helps."""
    absent = next((name for name in _SYSTEM_PACKAGES if name in str(error)), None)
    if absent in _OF_A_SCREEN:
        remedy = (
            "This is OpenCV's build for a screen. Run `make install`, or `pip uninstall --yes opencv-python` and then"
            " `pip install --force-reinstall opencv-python-headless`"
        )
    elif absent is not None:
        remedy = f"Debian and Ubuntu: `sudo apt-get install {_SYSTEM_PACKAGES[absent]}`"
    else:
        remedy = "Install Thumper again: `make clean install`, or `pip install --force-reinstall 'thumper[worker]'`"
    return NotInstalledError(f"A library of the detector cannot be loaded ({error}). {remedy}.")


def is_worker() -> bool:
    """Return whether this machine has what runs a detector, rather than only serving or watching."""
    return any(map(_is_there, (*_ON_CPU, "torch")))


def unused_gpu(settings: Settings) -> str:
    """Return a note for users if there seems to be a GPU that only PyTorch is missing for; else nothing."""
    if settings.device != "auto" or not has_driver() or _is_there("torch"):
        return ""
    return "There is a GPU, and PyTorch, which would use it, is not installed: run `make install TORCH=1`."


def _first_missing(settings: Settings, weights: Weights) -> str | None:
    for alternatives in _needed(settings, weights):
        if not any(map(_is_there, alternatives)):
            return alternatives[-1]
    return None


def _needed(settings: Settings, weights: Weights) -> Iterable[tuple[str, ...]]:
    """Yield libraries of which one each is needed."""
    yield ("cv2",)
    on_gpu = settings.device not in {"auto", CPU}
    if is_onnx(weights.path):
        yield ("onnxruntime",)
        return
    if on_gpu or settings.engine == "torch" or packaged_form(weights.sha256) is None:
        yield from ((library,) for library in EXPORTERS)
    if on_gpu or settings.engine == "torch":
        return
    if settings.engine != "auto":
        yield (settings.engine,)
    elif settings.precision is Precision.BF16:
        yield ("openvino",)
    elif settings.precision is Precision.FP32:
        yield (*_ON_CPU, "torch") if _is_there("torch") else _ON_CPU


def _is_there(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ValueError:  # a test's stand-in without a specification
        return False
