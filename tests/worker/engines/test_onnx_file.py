"""A user's own ONNX file: as ultralytics writes it, against ultralytics' own answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from ultralytics import YOLO

from thumper.domain.precision import Precision
from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import PACKAGED_MODEL, resolve
from thumper.worker.engines.onnx_file import OnnxFileNetwork
from thumper.worker.engines.yolo_engine import YoloEngine

Pixels = Callable[[Path], NDArray[np.uint8]]


def engine_of(model: Path, **changes: object) -> YoloEngine:
    settings = Settings(model=model).model_copy(update=changes)
    return YoloEngine(resolve(settings), device="auto", engine=settings.engine, exports=model / "none")


@pytest.mark.slow
def test_a_file_for_pictures_of_one_size_answers_as_in_ultralytics(
    shared_data: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared_data / "models" / "yolov8n-coco-int8-dynamic.onnx"
    engine = engine_of(path)
    assert (engine.device, engine.engine[:11], len(engine.labels)) == ("cpu", "onnxruntime", 80)
    monkeypatch.setenv("YOLO_AUTOINSTALL", "false")
    reference = YOLO(path, task="detect")
    photos = sorted((shared_data / "images" / "trailcam-other").rglob("*.jpg"))[:6]
    seen = 0
    for photo in photos:
        image = pixels(photo)
        (found,) = engine.detect([image])
        (answer,) = reference.predict(
            image[:, :, ::-1].copy(), conf=0.05, imgsz=640, device="cpu", verbose=False
        )
        assert [raw.label for raw in found] == [answer.names[int(number)] for number in answer.boxes.cls]
        assert [raw.confidence for raw in found] == pytest.approx(answer.boxes.conf.tolist(), abs=1e-4)
        for raw, corners in zip(found, answer.boxes.xyxyn.tolist(), strict=True):
            box = raw.box
            assert [box.x, box.y, box.x + box.width, box.y + box.height] == pytest.approx(corners, abs=1e-4)
        seen += len(found)
    assert seen >= 6


@pytest.mark.slow
def test_a_file_for_pictures_of_every_size_answers_as_its_pt_file(
    tmp_path: Path, photos: Callable[[int], list[Path]], pixels: Pixels
) -> None:
    copy = tmp_path / "mine.pt"
    copy.write_bytes(PACKAGED_MODEL.read_bytes())
    program = [str(Path(sys.executable).with_name("yolo")), "export", f"model={copy}", "format=onnx"]
    subprocess.run(
        [*program, "dynamic=True", "simplify=False"],
        check=True,
        capture_output=True,
        timeout=100,
        cwd=tmp_path,
    )
    exported = copy.with_suffix(".onnx")
    images = [pixels(photo) for photo in photos(3)]
    expected = YoloEngine(resolve(Settings()), device="cpu", engine="auto", exports=tmp_path).detect(images)
    found = engine_of(exported).detect(images)
    assert sum(map(len, expected)) >= 4
    for ours, theirs in zip(found, expected, strict=True):
        assert [raw.label for raw in ours] == [raw.label for raw in theirs]
        assert [raw.confidence for raw in ours] == pytest.approx([raw.confidence for raw in theirs], abs=1e-4)


def write(
    path: Path, *, channels: int = 6, names: str | None = "{0: 'hog', 1: 'deer'}", element: int = 1
) -> Path:
    """Write an ONNX file that answers the same of every picture: `channels` zeros of each of 84 places."""
    answer = helper.make_tensor("answer", TensorProto.FLOAT, (1, channels, 84), [0.0] * (channels * 84))
    graph = helper.make_graph(
        [helper.make_node("Constant", [], ["output0"], value=answer)],
        "model",
        [helper.make_tensor_value_info("images", element, (1, 3, 64, 64))],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, (1, channels, 84))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if names is not None:
        helper.set_model_props(model, {"names": names})
    onnx.save(model, str(path))
    return path


def test_a_file_that_fits_is_taken(tmp_path: Path) -> None:
    network = OnnxFileNetwork(write(tmp_path / "mine.onnx"))
    assert network.labels == ("hog", "deer")
    assert network.predict([np.zeros((40, 30, 3), np.uint8)] * 2) == [[], []]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"channels": 300},
            r"answers \[\(1, 300, 84\)\] where a detector of 2 classes answers one \(1, 6, places\)",
        ),
        ({"names": None}, "has no class names in its metadata"),
        ({"names": "open('/etc/passwd')"}, "has no class names in its metadata"),
        ({"element": TensorProto.FLOAT16}, "takes something else than pictures in fp32"),
    ],
)
def test_a_file_of_another_kind_is_named_with_what_is_wrong(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    path = write(tmp_path / "other.onnx", **changes)  # type: ignore[arg-type]  # of the table above
    with pytest.raises(DetectorError, match=rf"other\.onnx {words}.*THUMPER_MODEL must name"):
        OnnxFileNetwork(path)


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(DetectorError, match=r"broken\.onnx cannot be loaded\. THUMPER_MODEL must name"):
        engine_of(path)


@pytest.mark.parametrize("changes", [{"engine": "ncnn"}, {"engine": "torch"}, {"precision": Precision.BF16}])
def test_what_an_onnx_file_cannot_be_run_with_is_said(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(
        DetectorError, match=r"mine\.onnx is an ONNX file, which runs with THUMPER_ENGINE=auto"
    ):
        engine_of(write(tmp_path / "mine.onnx"), **changes)
