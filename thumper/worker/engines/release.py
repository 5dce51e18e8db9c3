"""The program that makes the packaged detector's folder out of its `.pt` (see `packaged`).

    python -m thumper.worker.engines.release FOLDER

exports it for ncnn and for ONNX Runtime, has the ONNX file find its weights in ncnn's, and compares the result with
PyTorch once more: nothing is rounded, so it gives the answers that a user's own export would give.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Final

import onnx

from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.exported import Form, version_of
from thumper.worker.engines.exporter import export
from thumper.worker.engines.packaged import ABOUT

_WEIGHTS: Final = "model.bin"
_GRAPH: Final = "model.onnx"
_WRITERS: Final = ("ultralytics", "torch", "onnx", "pnnx", "ncnn", "onnxruntime")
_LEAST_BYTES: Final = 64
"""Smaller tensors stay in the ONNX file: the few bytes of one could be found anywhere."""


def main() -> None:
    """Write the folder named by the argument; it must not exist yet."""
    warnings.simplefilter("ignore")  # of one library about another
    release(Path(sys.argv[1]))


def release(folder: Path) -> None:
    """Export the packaged model into a new folder. Raises `ValueError` if its answers differ from PyTorch's."""
    distances = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for form in Form:
            (scratch / form).mkdir()
            distances[form.value] = export(form, PACKAGED_MODEL, scratch / form)
        shutil.copytree(scratch / Form.NCNN / "model", folder)
        graph = share_weights(scratch / Form.ONNX / "model" / _GRAPH, folder / _WEIGHTS)
    (folder / _GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    about = json.loads((folder / ABOUT).read_text("utf-8"))
    about["model_sha256"] = _sha256(PACKAGED_MODEL)
    about["files_sha256"] = {path.name: _sha256(path) for path in sorted(folder.glob("model.[!j]*"))}
    about["written_by"] = {library: version_of(library) for library in _WRITERS}
    about["greatest_difference_of_a_map"] = {form: float(f"{told:.2g}") for form, told in distances.items()}
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def share_weights(graph: Path, weights: Path) -> onnx.ModelProto:
    """Return an ONNX model that finds every large tensor, byte for byte, in a file of weights beside it.

    Raises `ValueError` if one is not in there.
    """
    model = onnx.load(str(graph))
    content = weights.read_bytes()
    for tensor in model.graph.initializer:
        raw = onnx.numpy_helper.to_array(tensor).tobytes()
        if len(raw) < _LEAST_BYTES:
            continue
        start = content.find(raw)
        if start < 0:
            raise ValueError(f"{tensor.name} is not in {weights}: the exports differ")
        tensor.raw_data = raw
        onnx.external_data_helper.set_external_data(tensor, weights.name, offset=start, length=len(raw))
        tensor.ClearField("raw_data")
    return model


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
