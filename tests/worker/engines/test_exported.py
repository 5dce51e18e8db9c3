"""The exported model: written once, kept, written anew when it is stale, and exact."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from thumper.domain.label import ClassMap
from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import Weights, resolve
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


def test_a_model_of_ones_own_is_exported_once_and_runs_in_the_runtime(
    own: Weights, photos: Photos, pixels: Pixels, tmp_path: Path
) -> None:
    told: list[str] = []

    def load(engine: str) -> YoloEngine:
        return YoloEngine(
            own, device="cpu", engine=engine, exports=tmp_path, on_export=lambda: told.append(engine)
        )

    image = pixels(photos(1)[0])
    (found,) = load("auto").detect([image])
    again = load("auto")
    assert told == ["auto"]
    assert again.engine.startswith("ncnn ")
    (folder,) = tmp_path.iterdir()
    assert sorted(file.name for file in folder.iterdir()) == ["model.bin", "model.json", "model.param"]
    (expected,) = load("torch").detect([image])
    assert expected
    assert [raw.label for raw in found] == [raw.label for raw in expected]
    assert [raw.confidence for raw in found] == pytest.approx([raw.confidence for raw in expected], abs=1e-4)


def test_it_is_exported_anew_for_other_versions_and_what_is_stale_is_removed(
    own: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports_of_models, "_export", lambda _source, _form, path: path.mkdir())
    first = exported(own, Form.NCNN, tmp_path)
    other, killed = tmp_path / "0123456789abcdef-ncnn-form-1", tmp_path / ".export-killed"
    for folder in (other, killed):
        (folder / "inside").mkdir(parents=True)
        os.utime(folder, (0, 0))
    monkeypatch.setattr(exports_of_models, "version_of", lambda _: "99.0")
    second = exported(own, Form.NCNN, tmp_path)
    assert exported(own, Form.NCNN, tmp_path) == second != first
    assert "-ultralytics-99.0-torch-99.0-pnnx-" in second.name
    assert sorted(tmp_path.iterdir()) == sorted([other, second])


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


@pytest.fixture
def own(shared_data: Path) -> Weights:
    """A model of the user's own."""
    return resolve(Settings(model=shared_data / "models" / "yolov8n-coco.pt"))


def test_a_model_that_is_none_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no model")
    with pytest.raises(DetectorError, match=r"broken\.pt cannot be loaded"):
        exported(Weights(broken, b"\0" * 32, "broken", ClassMap()), Form.NCNN, tmp_path / "engines")
    assert list((tmp_path / "engines").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named_and_does_not_stop_the_work(
    own: Weights, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.write_bytes(b"no folder")
    with pytest.raises(DetectorError, match=r"closed/engines \(Not a directory\).*THUMPER_ENGINE=torch"):
        exported(own, Form.NCNN, closed / "engines")
    fallen_back = YoloEngine(own, device="cpu", engine="auto", exports=closed / "engines")
    assert fallen_back.engine.startswith("ultralytics")


def test_a_runtime_that_is_missing_is_passed_over(exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "thumper.worker.engines.ncnn_network", raising=False)
    monkeypatch.setitem(sys.modules, "ncnn", None)
    engine = YoloEngine(WEIGHTS, device="cpu", engine="auto", exports=exports)
    assert engine.engine.startswith("onnxruntime")
