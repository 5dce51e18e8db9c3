"""A YOLOv8 network in PyTorch, on CUDA or CPU: the reference, and what every other runtime is exported from."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from thumper.errors import DetectorError
from thumper.worker.engines.library import Detect, DetectionModel, load_checkpoint, torch
from thumper.worker.engines.network import Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WANTED: Final = "THUMPER_MODEL must name a YOLOv8 detection model (.pt)."


class TorchNetwork(Network):
    """A model file, loaded onto a device."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Load a model file. Raises `DetectorError` if it is no YOLOv8 detection model."""
        self._device = device
        # Pixel by pixel is the faster layout on x86 and CUDA alike, and the one that photos have anyway.
        self._model = load(path).to(device, memory_format=torch.channels_last)
        super().__init__(self._model.names, int(self._model.stride.max()))

    def twin(self) -> Self:
        """Give a copy with weights of its own."""
        twin = copy.copy(self)
        twin._model = copy.deepcopy(self._model)  # noqa: SLF001  # one of its own kind
        return twin

    def forward(self, boxed: NDArray[np.uint8]) -> torch.Tensor:
        """Run pictures through the model; see `Network.forward`."""
        values = torch.from_numpy(boxed).to(self._device).permute(0, 3, 1, 2).float().div_(255)
        answer: torch.Tensor = self._model(values)[0]
        return answer


def load(path: Path) -> Any:
    """Load a model file on the CPU, for looking only. Raises `DetectorError` if it is no YOLOv8 detection model."""
    try:
        model, _ = load_checkpoint(str(path), device="cpu", fuse=True)
    except (MemoryError, OSError):  # of the machine, not of the file
        raise
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
