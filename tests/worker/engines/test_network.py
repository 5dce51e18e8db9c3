from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from thumper.errors import DetectorError
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines import torch_network
from thumper.worker.engines.torch_network import TorchNetwork

pytestmark = pytest.mark.slow


def test_another_yolov8_model_is_loaded_with_its_own_labels(
    shared_data: Path, pixels: Callable[[Path], NDArray[np.uint8]]
) -> None:
    network = TorchNetwork(shared_data / "models" / "yolov8n-coco.pt", "cpu")
    assert (len(network.labels), network.labels[0], network.labels[79]) == (80, "person", "toothbrush")
    photo = next((shared_data / "images" / "trailcam-other" / "speciesnet").glob("*bear*"))
    (bear,) = network.predict([pixels(photo)])
    assert bear[0].label == "bear"


def test_odd_class_names_are_kept_as_they_are(
    shared_data: Path, photos: Callable[[int], list[Path]], pixels: Callable[[Path], NDArray[np.uint8]]
) -> None:
    network = TorchNetwork(shared_data / "models" / "wildlife31-yolov8n.pt", "cpu")
    assert len(network.labels) == 31
    assert {"15", "15 0.225962 0.545673 0.298077 0.879808", "Deer"} <= set(network.labels)
    (boxes,) = network.predict([pixels(photos(1)[0])])
    assert {raw.label for raw in boxes} <= set(network.labels)


@pytest.mark.parametrize("content", [b"", b"GIF89a no model", PACKAGED_MODEL.read_bytes()[:100_000]])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(content)
    with pytest.raises(
        DetectorError, match=r"broken\.pt cannot be loaded\. THUMPER_MODEL must name a YOLOv8"
    ):
        TorchNetwork(path, "cpu")


@pytest.mark.parametrize("trouble", [MemoryError(), OSError(errno.EIO, "Input/output error")])
def test_a_machine_in_trouble_is_not_taken_for_a_bad_model(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(torch_network, "load_checkpoint", fail)
    with pytest.raises(type(trouble)):
        TorchNetwork(PACKAGED_MODEL, "cpu")


def test_a_model_of_another_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"onnx")
    with pytest.raises(DetectorError, match=r"model\.onnx cannot be loaded"):
        TorchNetwork(path, "cpu")


def test_a_model_for_another_task_is_named(tmp_path: Path) -> None:
    from ultralytics.nn.tasks import ClassificationModel, SegmentationModel

    for kind, file in ((ClassificationModel, "yolov8n-cls.yaml"), (SegmentationModel, "yolov8n-seg.yaml")):
        path = tmp_path / f"{kind.__name__}.pt"
        torch.save({"model": kind(file, verbose=False)}, path)
        with pytest.raises(DetectorError, match=rf"is a {kind.__name__} with the head (Classify|Segment)"):
            TorchNetwork(path, "cpu")


class _Intruder:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("intruder-was-here",)


def test_code_inside_a_model_file_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": _Intruder()}, tmp_path / "evil.pt")
    with pytest.raises(DetectorError, match=r"evil\.pt cannot be loaded"):
        TorchNetwork(tmp_path / "evil.pt", "cpu")
    assert not (tmp_path / "intruder-was-here").exists()


def test_a_twin_gives_the_same_answers_and_shares_nothing(
    photos: Callable[[int], list[Path]], pixels: Callable[[Path], NDArray[np.uint8]]
) -> None:
    network = TorchNetwork(PACKAGED_MODEL, "cpu")
    twin = network.twin()
    image = pixels(photos(1)[0])
    expected = network.predict([image])
    assert twin.predict([image]) == expected
    for weight in twin._model.parameters():
        weight.zero_()
    assert network.predict([image]) == expected
