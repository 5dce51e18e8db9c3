"""The program that exports a model for another runtime.

    python -m thumper.worker.engines.exporter onnx|ncnn MODEL.pt SCRATCH

writes a folder `SCRATCH/model`: the network up to the maps of its last convolutions (`head` does the rest), and
`model.json` with its class names and strides. At the end all its answers for two pictures are compared with those of
PyTorch. It is a program of its own because tracing imports, prints and leaves behind much that a worker does not need;
all of it goes away with the process and the folder. What went wrong is the last line of its standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from thumper.domain.detection import IMAGE_SIZE
from thumper.errors import DetectorError
from thumper.worker.engines.exported import NO_MODEL, Form
from thumper.worker.engines.exported_network import ExportedNetwork
from thumper.worker.engines.network import values_of
from thumper.worker.engines.torch_library import torch
from thumper.worker.engines.torch_network import Maps, load
from thumper.worker.proof import scene_pixels

_LANDSCAPE, _PORTRAIT = (512, IMAGE_SIZE), (IMAGE_SIZE, 384)
"""Height and width of two pictures: the exported network has to take every size."""
_OPSET: Final = 17
"""Version of ONNX's operators: of 2022, which every runtime of today reads."""
_ROOM: Final = 0.01
"""How far a number of the maps may be from PyTorch's; measured is 0.0001. The numbers are logarithms of odds: this
much moves no confidence by more than a quarter of a hundredth."""


def main() -> None:
    """Export the model named by the arguments."""
    form, source, scratch = Form(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).absolute()
    warnings.simplefilter("ignore")  # of one library about another
    try:
        export(form, source, scratch)
    except DetectorError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NO_MODEL)


def export(form: Form, source: Path, scratch: Path) -> float:
    """Write the folder `scratch/model`; return how far its answers are from PyTorch's at most.

    Raises `DetectorError` if the file is no YOLOv8 detection model, `ValueError` if the answers differ.
    """
    folder = scratch / "model"
    folder.mkdir()
    network = load(source)
    head = network.model[-1]
    about = {"names": list(network.names.values()), "strides": [int(stride) for stride in head.stride]}
    (folder / "model.json").write_text(json.dumps(about), "utf-8")
    network.model[-1] = Maps(head)
    network.eval()
    if form is Form.ONNX:
        _write_onnx(network, folder)
    else:
        write_ncnn(network, folder, [_LANDSCAPE, _PORTRAIT])
    return _compare(network, opened(form, folder))


def _write_onnx(network: Any, folder: Path) -> None:
    torch.onnx.export(
        network,
        torch.zeros(1, 3, *_LANDSCAPE),
        str(folder / "model.onnx"),
        dynamo=False,
        opset_version=_OPSET,
        input_names=["images"],
        dynamic_axes={"images": {0: "n", 2: "height", 3: "width"}},
    )


def write_ncnn(network: Any, folder: Path, sizes: Sequence[tuple[int, int]]) -> None:
    """Write a network that takes pictures of these heights and widths, one size or two, into an existing folder."""
    import pnnx  # noqa: PLC0415  # not on every platform

    traced = folder.parent / "traced.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its successor is not what pnnx reads
        torch.jit.trace(network, torch.zeros(1, 3, *sizes[0]), strict=False).save(str(traced))
    shapes = [f"[1,3,{height},{width}]" for height, width in sizes]
    subprocess.run(
        [
            pnnx.EXEC_PATH,
            traced.name,
            *(f"inputshape{number or ''}={shape}" for number, shape in zip((0, 2), shapes, strict=False)),
            "fp16=0",
            *(f"ncnnparam={folder / 'model.param'}", f"ncnnbin={folder / 'model.bin'}"),
        ],
        cwd=folder.parent,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _compare(network: Any, exported: ExportedNetwork) -> float:
    """Return the greatest difference from PyTorch's maps. Raises `ValueError` if it is too large."""
    scene, greatest = scene_pixels(), 0.0
    for height_px, width_px in (_LANDSCAPE, _PORTRAIT):
        pictures = np.resize(scene, (1, height_px, width_px, 3))
        with torch.inference_mode():
            expected = network(torch.from_numpy(values_of(pictures)))
        told = exported.maps(pictures)
        distance = max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, told, strict=True))
        if not distance <= _ROOM:
            raise ValueError(f"it differs from PyTorch by {distance:.3g} where {_ROOM} are allowed")
        greatest = max(greatest, distance)
    return greatest


def opened(form: Form, folder: Path) -> ExportedNetwork:
    """Load what was exported, in the runtime that it is for."""
    if form is Form.ONNX:
        from thumper.worker.engines.onnx_network import OnnxNetwork  # noqa: PLC0415  # each may be missing

        return OnnxNetwork(folder)
    from thumper.worker.engines.ncnn_network import NcnnNetwork  # noqa: PLC0415

    return NcnnNetwork(folder)


if __name__ == "__main__":
    main()
