"""A YOLOv8 network in PyTorch, on CUDA or CPU: the reference, and what every other runtime is exported from."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from thumper.domain.precision import Precision
from thumper.errors import DetectorError
from thumper.worker.engines.letterbox import Letterbox
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.network import Network
from thumper.worker.engines.torch_head import TorchHead
from thumper.worker.engines.torch_library import Detect, DetectionModel, load_checkpoint, torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WANTED: Final = "THUMPER_MODEL must name a YOLOv8 detection model (.pt)."

_NUMBERS: Final = {
    Precision.FP32: torch.float32,
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
}

# By default PyTorch rounds what goes into convolutions on CUDA to 10 bits of mantissa (TF32).
torch.backends.cudnn.fp32_precision = torch.backends.cuda.matmul.fp32_precision = "ieee"


class Maps(torch.nn.Module):  # type: ignore[misc]  # of a library that is Any to us
    """A head that stops at its convolutions: (n, 4 * bins + classes, height, width) for each stride."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.boxes, self.classes = head.cv2, head.cv3
        self.f, self.i = head.f, head.i  # by which ultralytics finds the inputs

    def forward(self, features: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Run the last convolutions over the features that ultralytics hands to a head."""
        levels = zip(self.boxes, self.classes, features, strict=True)
        return tuple(torch.cat((boxes(each), classes(each)), 1) for boxes, classes, each in levels)


class TorchNetwork(Network):
    """A model file, loaded onto a device. Only its convolutions compute in the `precision`, boxes are read in fp32."""

    def __init__(
        self, path: Path, device: str, precision: Precision = Precision.FP32, *, look: Look = PLAIN
    ) -> None:
        """Load a model file. Raises `DetectorError` if it is no YOLOv8 detection model."""
        model = load(path)
        letterbox = Letterbox(int(model.stride.max()), longest_px=look.longest_px)
        super().__init__(model.names, letterbox, look)
        self.device = torch.device(device)
        self._numbers = _NUMBERS[precision]
        self._head = TorchHead([int(stride) for stride in model.stride], len(model.names))
        model.model[-1] = Maps(model.model[-1])
        # Pixel by pixel is the faster layout on x86 and CUDA alike, and the one that photos have anyway.
        self._model = model.to(self.device, dtype=self._numbers, memory_format=torch.channels_last)

    def twin(self) -> Self:
        """Return a copy with weights of its own."""
        twin = copy.copy(self)
        twin._model = copy.deepcopy(self._model)  # noqa: SLF001  # one of its own kind
        return twin

    def forward(self, boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run pictures through the model; see `Network.forward`."""
        with torch.inference_mode():
            answers = self.candidates(self.values(torch.from_numpy(boxed).to(self.device)))
            told: NDArray[np.float32] = answers.cpu().numpy()
            return told

    def enter_thread(self) -> None:
        """Have PyTorch use one core in this thread: there is a thread for each (see `Streams`)."""
        torch.set_num_threads(1)

    def values(self, boxed: torch.Tensor) -> torch.Tensor:
        """Return letterboxed pictures as the model takes them, on the device where they are; do not wait for it."""
        values: torch.Tensor = boxed.permute(0, 3, 1, 2).to(self._numbers).div_(255)
        return values

    def candidates(self, values: torch.Tensor) -> torch.Tensor:
        """Run the model over `values`; return what `Network.forward` does. Do not wait for the device."""
        return self._head.candidates(self._model(values))


def load(path: Path) -> Any:
    """Load a model file on the CPU. Raises `DetectorError` if it is no YOLOv8 detection model."""
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
