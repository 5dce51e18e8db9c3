"""A YOLOv8 network in ONNX Runtime on the CPU, fp32: measured to give PyTorch's answers in less time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from thumper.worker.engines.exported_network import ExportedNetwork
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.network import values_of
from thumper.worker.engines.onnx_library import onnxruntime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERSION: Final = f"onnxruntime {onnxruntime.__version__}"

_ERRORS_ONLY: Final = 3


class OnnxNetwork(ExportedNetwork):
    """An exported model. Any number of threads may use it, each on a core of its own."""

    def __init__(self, folder: Path, look: Look = PLAIN) -> None:
        """Load the model out of the folder of its export."""
        super().__init__(folder, look)
        self._session = open_session(folder / "model.onnx")

    def twin(self) -> Self:
        """Return itself: the runtime serves many threads at a time."""
        return self

    def maps(self, boxed: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Run pictures through the session; see `ExportedNetwork.maps`."""
        answers: list[NDArray[np.float32]] = self._session.run(None, {"images": values_of(boxed)})
        return answers


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Load an ONNX file. Each caller gets one core, and nothing is printed but errors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
