"""The exported model: written once, kept, written anew when it is stale, and exact."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.exports import lay_exports
from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines import exported as exports_of_models
from thumper.worker.engines import exporter
from thumper.worker.engines.exported import Form, exported
from thumper.worker.engines.yolo_engine import YoloEngine

pytestmark = pytest.mark.slow

WEIGHTS = resolve(Settings())
Pixels = Callable[[Path], NDArray[np.uint8]]
Photos = Callable[[int], list[Path]]


def test_every_runtime_gives_the_answers_of_pytorch(photos: Photos, pixels: Pixels, exports: Path) -> None:
    images = [pixels(photo) for photo in photos(40)]
    images += [np.ascontiguousarray(images[0][:, :200]), np.ascontiguousarray(images[1][:90])]
    reference, *exact = (
        YoloEngine(WEIGHTS, device="cpu", engine=engine, exports=exports).detect(images)
        for engine in ("torch", "onnxruntime", "ncnn", "openvino")
    )
    assert sum(map(len, reference)) >= 60
    for answers in exact:
        for expected, found in zip(reference, answers, strict=True):
            assert [raw.label for raw in found] == [raw.label for raw in expected]
            for ours, theirs in zip(found, expected, strict=True):
                assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-4)
                corners = [(raw.box.x, raw.box.y, raw.box.width, raw.box.height) for raw in (ours, theirs)]
                assert corners[0] == pytest.approx(corners[1], abs=1e-4)


def test_a_model_is_exported_once_and_anew_for_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    engines = lay_exports(tmp_path)
    first = exported(WEIGHTS, Form.NCNN, engines, on_export=lambda: told.append("again"))
    assert list(engines.iterdir()) == [first]
    assert sorted(file.name for file in first.iterdir()) == ["model.bin", "model.json", "model.param"]
    other, killed = engines / "0123456789abcdef-ncnn-form-1", engines / ".export-killed"
    for folder in (other, killed):
        (folder / "inside").mkdir(parents=True)
        os.utime(folder, (0, 0))
    monkeypatch.setattr(exports_of_models, "VERSIONS", "ultralytics 99.0, torch 99.0")
    second = exported(WEIGHTS, Form.NCNN, engines, on_export=lambda: told.append("anew"))
    assert exported(WEIGHTS, Form.NCNN, engines, on_export=lambda: told.append("again")) == second
    assert told == ["anew"]
    assert "-ultralytics-99.0-torch-99.0-pnnx-" in second.name
    assert sorted(engines.iterdir()) == sorted([other, second])


def test_an_export_that_says_something_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A converter that errs is simulated by weights with one number changed."""
    write = exporter._write_onnx

    def err(network: Any, folder: Path) -> None:
        other = copy.deepcopy(network)
        other.model[-1].classes[0][-1].bias[0] += 0.5
        write(other, folder)

    monkeypatch.setattr(exporter, "_write_onnx", err)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("sys.argv", ["exporter", "onnx", str(WEIGHTS.path), str(tmp_path / "scratch")])
    with pytest.raises(ValueError, match=r"it differs from PyTorch by 0\.5"):
        exporter.main()


def test_a_model_that_is_none_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no model")
    with pytest.raises(DetectorError, match=r"broken\.pt cannot be loaded"):
        exported(replace(WEIGHTS, path=broken), Form.NCNN, tmp_path / "engines")
    assert not (tmp_path / "engines").exists()


def test_a_folder_that_cannot_be_written_is_named_and_does_not_stop_the_work(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.write_bytes(b"no folder")
    with pytest.raises(DetectorError, match=r"closed/engines \(Not a directory\).*THUMPER_ENGINE=torch"):
        exported(WEIGHTS, Form.NCNN, closed / "engines")
    fallen_back = YoloEngine(WEIGHTS, device="cpu", engine="auto", exports=closed / "engines")
    assert fallen_back.engine.startswith("ultralytics")


def test_a_runtime_that_is_missing_is_passed_over(exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "thumper.worker.engines.ncnn_network", raising=False)
    monkeypatch.setitem(sys.modules, "ncnn", None)
    engine = YoloEngine(WEIGHTS, device="cpu", engine="auto", exports=exports)
    assert engine.engine.startswith("onnxruntime")
