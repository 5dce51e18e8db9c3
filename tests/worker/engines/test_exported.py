"""The exported model: written once, kept, written anew when it is stale, and exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines import exported
from thumper.worker.engines.exported import onnx_file
from thumper.worker.engines.yolo_engine import YoloEngine

pytestmark = pytest.mark.slow

WEIGHTS = resolve(Settings())
Pixels = Callable[[Path], NDArray[np.uint8]]
Photos = Callable[[int], list[Path]]


def test_onnx_runtime_gives_the_answers_of_pytorch(photos: Photos, pixels: Pixels, exports: Path) -> None:
    images = [pixels(photo) for photo in photos(40)]
    images += [np.ascontiguousarray(images[0][:, :200]), np.ascontiguousarray(images[1][:90])]
    reference, exact = (
        YoloEngine(WEIGHTS, device="cpu", engine=engine, exports=exports).detect(images)
        for engine in ("torch", "onnxruntime")
    )
    assert sum(map(len, reference)) >= 60
    for expected, found in zip(reference, exact, strict=True):
        assert [raw.label for raw in found] == [raw.label for raw in expected]
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-4)
            corners = [(raw.box.x, raw.box.y, raw.box.width, raw.box.height) for raw in (ours, theirs)]
            assert corners[0] == pytest.approx(corners[1], abs=1e-4)


def test_a_model_is_exported_once_and_anew_for_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    first = onnx_file(WEIGHTS, tmp_path / "engines", on_export=lambda: told.append("export"))
    assert onnx_file(WEIGHTS, tmp_path / "engines", on_export=lambda: told.append("again")) == first
    assert told == ["export"]
    other = tmp_path / "engines" / "0123456789abcdef-ultralytics-1.onnx"
    other.write_bytes(b"of another model")
    monkeypatch.setattr(exported, "VERSIONS", "ultralytics 99.0, torch 99.0")
    second = onnx_file(WEIGHTS, tmp_path / "engines")
    assert second.name.endswith("-ultralytics-99.0-torch-99.0.onnx")
    assert sorted((tmp_path / "engines").iterdir()) == sorted([other, second])


def test_a_model_that_is_none_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"no model")
    with pytest.raises(DetectorError, match=r"broken\.pt cannot be loaded"):
        onnx_file(replace(WEIGHTS, path=broken), tmp_path / "engines")
    assert not (tmp_path / "engines").exists()


def test_a_folder_that_cannot_be_written_is_named_and_does_not_stop_the_work(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.write_bytes(b"no folder")
    with pytest.raises(DetectorError, match=r"closed/engines \(Not a directory\).*THUMPER_ENGINE=torch"):
        onnx_file(WEIGHTS, closed / "engines")
    fallen_back = YoloEngine(WEIGHTS, device="cpu", engine="auto", exports=closed / "engines")
    assert fallen_back.engine.startswith("ultralytics")
