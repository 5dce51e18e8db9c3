"""On which device a model runs. PyTorch is asked only where there may be a GPU: importing it takes a gigabyte."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from thumper.errors import DetectorError
from thumper.worker.detector import NoDeviceError

CPU: Final = "cpu"

_ON_CUDA: Final = frozenset({"auto", "torch"})
"""Engines that can use a GPU."""
_DRIVERS: Final = (
    "/dev/nvidiactl",  # NVIDIA's driver
    "/dev/nvhost-gpu",  # the same on a Jetson,
    "/dev/nvgpu",  # and on its newer ones
    "/dev/dxg",  # a GPU of Windows under WSL 2
    "/dev/kfd",  # AMD's driver, which PyTorch for ROCm calls CUDA
)
"""Files that a driver of a GPU that PyTorch can use makes."""


def choose_device(wanted: str, engine: str, model: Path) -> str:
    """Return `cpu` or `cuda:N`; `wanted` is auto, cpu, cuda or cuda:N, `engine` as in `open_network`.

    Raises `DetectorError` if engine or model file run on the CPU only and a GPU is wanted, `NoDeviceError` if that is
    not there, `ModuleNotFoundError` if PyTorch is not.
    """
    limit = _of_the_cpu_only(engine, model)
    if wanted == CPU or (wanted == "auto" and (limit or not _sees_gpu())):
        return CPU
    if limit:
        raise DetectorError(
            f"{limit} runs on the CPU only, and THUMPER_DEVICE is {wanted}. Change one of them."
        )
    return _gpu("cuda:0" if wanted in {"auto", "cuda"} else wanted)


def has_driver() -> bool:
    """Return whether a GPU's driver is here, so that PyTorch may see one."""
    return any(Path(path).exists() for path in _DRIVERS)


def is_onnx(model: Path) -> bool:
    """Return whether a model file is a user's own export, which needs no PyTorch."""
    return model.suffix.lower() == ".onnx"


def _of_the_cpu_only(engine: str, model: Path) -> str | None:
    """Return what of the settings runs on the CPU only."""
    if engine not in _ON_CUDA:
        return f"THUMPER_ENGINE={engine}"
    return f"The model {model}, an ONNX file," if is_onnx(model) else None


def _sees_gpu() -> bool:
    if not has_driver() or find_spec("torch") is None:
        return False
    from thumper.worker.engines.torch_library import torch  # noqa: PLC0415  # see the head of this file

    return bool(torch.cuda.is_available())


def _gpu(wanted: str) -> str:
    from thumper.worker.engines.torch_library import torch  # noqa: PLC0415

    device = torch.device(wanted)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.index >= count:
        raise NoDeviceError(
            f"THUMPER_DEVICE={wanted}: PyTorch {torch.__version__} sees {count} CUDA devices here."
            " Check the driver with nvidia-smi, or set THUMPER_DEVICE=cpu."
        )
    return str(device)
