"""A YOLOv8 network in ONNX Runtime on the CPU, fp32: measured to give PyTorch's answers in less time."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import onnxruntime

from thumper.worker.engines.library import torch
from thumper.worker.engines.network import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION: Final = f"onnxruntime {onnxruntime.__version__}"

_ERRORS_ONLY: Final = 3


class OnnxNetwork(Network):
    """An exported model. Any number of threads may use it, each on a core of its own."""

    def __init__(self, path: Path) -> None:
        """Load the file that ultralytics' exporter wrote, with its class names and stride."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        about = self._session.get_modelmeta().custom_metadata_map
        super().__init__(ast.literal_eval(about["names"]), int(about["stride"]))

    def twin(self) -> Self:
        """Give itself: the runtime serves many threads at a time."""
        return self

    def forward(self, boxed: NDArray[np.uint8]) -> torch.Tensor:
        """Run pictures through the session; see `Network.forward`."""
        values = np.multiply(boxed.transpose(0, 3, 1, 2), np.float32(1 / 255), dtype=np.float32, order="C")
        (answer,) = self._session.run(None, {self._input: values})
        return torch.from_numpy(answer)
