"""A YOLOv8 network in OpenVINO on the CPU, in bf16 or fp32."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from thumper.domain.precision import Precision
from thumper.worker.engines.exported_network import ExportedNetwork
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.openvino_library import PrePostProcessor, openvino

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION: Final = f"openvino {openvino.__version__.partition('-')[0]}"

_WHITE: Final = 255.0
_HINTS: Final = {Precision.FP32: "f32", Precision.BF16: "bf16"}


class OpenvinoNetwork(ExportedNetwork):
    """An exported model. Twins share the weights; up to `streams` of them run at a time."""

    def __init__(self, folder: Path, precision: Precision, *, streams: int, look: Look = PLAIN) -> None:
        """Load the model out of the folder of its export."""
        super().__init__(folder, look)
        self._model = openvino.Core().compile_model(
            _of_pictures(folder / "model.onnx"),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": _HINTS[precision],
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
                "ENABLE_CPU_PINNING": False,  # other processes want the cores, too
            },
        )
        self._request = self._model.create_infer_request()

    def twin(self) -> Self:
        """Return a copy with memory of its own."""
        twin = copy.copy(self)
        twin._request = self._model.create_infer_request()  # noqa: SLF001  # one of its own kind
        return twin

    def maps(self, boxed: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Run pictures through a request; see `ExportedNetwork.maps`."""
        answers = self._request.infer({"images": boxed})
        return [np.array(answers[output]) for output in self._model.outputs]


def _of_pictures(path: Path) -> openvino.Model:
    """Return the model with an input of (n, height, width, 3) uint8, which saves a pass over the memory."""
    wrapped = PrePostProcessor(openvino.Core().read_model(str(path)))
    wrapped.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    wrapped.input().model().set_layout(openvino.Layout("NCHW"))
    wrapped.input().preprocess().convert_element_type(openvino.Type.f32).scale(_WHITE)
    return wrapped.build()
