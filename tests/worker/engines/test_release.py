"""The packaged detector's folder, made again out of its `.pt` and compared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from thumper.worker.engines.exported import Form
from thumper.worker.engines.exporter import opened
from thumper.worker.engines.packaged import FOLDER
from thumper.worker.engines.release import share_weights
from thumper.worker.proof import scene_pixels

pytestmark = pytest.mark.slow

RELATIVE_ROUNDING = 1e-6
"""How far two folds of a batch norm may be apart, since processors sum in other orders."""


def test_the_shipped_files_are_what_the_exporter_makes_of_the_shipped_model(tmp_path: Path) -> None:
    folder = tmp_path / "detector"
    program = [sys.executable, "-m", "thumper.worker.engines.release", str(folder)]
    subprocess.run(program, check=True, capture_output=True, timeout=200)
    assert sorted(file.name for file in folder.iterdir()) == sorted(file.name for file in FOLDER.iterdir())
    shipped, made = (np.fromfile(each / "model.bin", "<f4") for each in (FOLDER, folder))
    np.testing.assert_allclose(made, shipped, rtol=RELATIVE_ROUNDING, atol=1e-9)
    about, again = (json.loads((each / "model.json").read_text()) for each in (FOLDER, folder))
    for key in ("names", "strides", "model_sha256"):
        assert about[key] == again[key]
    pictures = np.resize(scene_pixels(), (1, 480, 640, 3))
    for form in Form:
        for ours, theirs in zip(
            opened(form, FOLDER).maps(pictures), opened(form, folder).maps(pictures), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_weights_that_are_not_the_same_are_not_shared(tmp_path: Path) -> None:
    weights = np.arange(32, dtype=np.float32)
    value = onnx.numpy_helper.from_array(weights, "layer.weight")
    graph = onnx.helper.make_graph([], "model", [], [], [value])
    onnx.save(onnx.helper.make_model(graph), str(tmp_path / "model.onnx"))
    (tmp_path / "model.bin").write_bytes(b"\0\0\0\0" + weights.tobytes())
    shared = share_weights(tmp_path / "model.onnx", tmp_path / "model.bin")
    assert not shared.graph.initializer[0].raw_data
    weights[7] += 1
    (tmp_path / "model.bin").write_bytes(weights.tobytes())
    with pytest.raises(ValueError, match=r"layer\.weight is not in .*model\.bin"):
        share_weights(tmp_path / "model.onnx", tmp_path / "model.bin")
