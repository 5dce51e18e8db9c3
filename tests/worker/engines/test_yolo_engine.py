from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from thumper.domain.box import iou
from thumper.domain.detection import STORAGE_FLOOR, RawDetection
from thumper.settings import Settings
from thumper.weights import PACKAGED_MODEL, resolve
from thumper.worker.detector import Detector, DeviceFault, OutOfMemory
from thumper.worker.engines.streams import Streams
from thumper.worker.engines.yolo_engine import YoloEngine

Pixels = Callable[[Path], NDArray[np.uint8]]
Photos = Callable[[int], list[Path]]
Answers = dict[str, list[tuple[str, float, list[float]]]]


def yolo_predict(photos: list[Path], folder: Path) -> Answers:
    """Return label, confidence and x1, y1, x2, y2 (fractions) of every box, by photo, from the command line."""
    source = folder / "photos.txt"
    source.write_text("\n".join(map(str, photos)), "utf-8")
    options = ["conf=0.05", "imgsz=640", "device=cpu", "save=False", "save_txt=True", "save_conf=True"]
    program = [str(Path(sys.executable).with_name("yolo")), "detect", "predict"]
    places = [f"model={PACKAGED_MODEL}", f"source={source}", f"project={folder}", "name=answers"]
    subprocess.run([*program, *places, *options], cwd=folder, check=True, capture_output=True, timeout=200)
    answers: Answers = {photo.stem: [] for photo in photos}
    for file in (folder / "answers" / "labels").glob("*.txt"):
        for line in file.read_text().splitlines():
            number, x, y, width, height, confidence = map(float, line.split())
            corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
            answers[file.stem].append((("buck", "doe", "turkey")[int(number)], confidence, corners))
    return answers


@pytest.fixture(scope="session")
def theirs(photos: Photos, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What `yolo predict` finds in twenty photos."""
    return yolo_predict(photos(120)[::6], tmp_path_factory.mktemp("predict"))


@pytest.mark.slow
def test_answers_equal_those_of_a_yolo_predict_process(
    engine: YoloEngine, photos: Photos, pixels: Pixels, theirs: Answers
) -> None:
    chosen = photos(120)[::6]
    ours = engine.detect([pixels(photo) for photo in chosen])
    assert sum(map(len, ours)) >= 20
    for photo, found in zip(chosen, ours, strict=True):
        expected = theirs[photo.stem]
        assert len(found) == len(expected), photo.name
        by_rank = sorted(expected, key=lambda answer: -answer[1])
        for raw, (label, confidence, corners) in zip(found, by_rank, strict=True):
            assert raw.label == label
            assert raw.confidence == pytest.approx(confidence, abs=0.001)
            box = raw.box
            ours_px = (box.x, box.y, box.x + box.width, box.y + box.height)
            assert ours_px == pytest.approx(corners, abs=0.001)


def test_it_is_a_detector_and_says_what_runs_where(engine: YoloEngine) -> None:
    detector: Detector = engine
    assert detector.labels == ("buck", "doe", "turkey")
    assert (detector.name, detector.device) == ("thumper-deer-yolov8n", "cpu")
    assert detector.engine.startswith(("ncnn 1.", "onnxruntime 1.", "ultralytics 8."))
    assert len(detector.engine) <= 64
    assert detector.sha256 == resolve(Settings()).sha256


def test_deer_are_found_and_boxes_keep_the_promises(
    engine: YoloEngine, photos: Photos, pixels: Pixels
) -> None:
    found = [raw for boxes in engine.detect([pixels(photo) for photo in photos(6)]) for raw in boxes]
    assert len([raw for raw in found if raw.confidence >= 0.25]) >= 5
    assert all(STORAGE_FLOOR <= raw.confidence <= 1 for raw in found)


def test_an_image_gets_the_same_answer_alone_and_among_others(
    engine: YoloEngine, photos: Photos, pixels: Pixels
) -> None:
    whole = pixels(photos(1)[0])
    images = [whole, np.ascontiguousarray(whole[:, :300]), whole, np.ascontiguousarray(whole[:200])]
    together = engine.detect(images)
    assert together[0] == together[2]
    assert [_rounded(boxes) for boxes in together] == [
        _rounded(engine.detect([image])[0]) for image in images
    ]


def _rounded(boxes: list[RawDetection]) -> list[tuple[str, float, float]]:
    return [(raw.label, round(raw.confidence, 4), round(raw.box.x, 4)) for raw in boxes]


def test_images_of_one_size_may_go_through_the_network_together(
    engine: YoloEngine, photos: Photos, pixels: Pixels
) -> None:
    images = [pixels(photo) for photo in photos(3)]
    assert isinstance(engine._road, Streams)
    network = engine._road.network
    together = network.predict(images)
    alone = [network.predict([image])[0] for image in images]
    assert [_rounded(boxes) for boxes in together] == [_rounded(boxes) for boxes in alone]


def test_no_image_gives_no_answer_and_an_empty_scene_no_box(engine: YoloEngine) -> None:
    assert engine.detect([]) == []
    assert engine.detect([np.full((120, 160, 3), 90, np.uint8)]) == [[]]


@pytest.mark.parametrize("shape", [(1, 1, 3), (3000, 1, 3), (1, 3000, 3), (2000, 3000, 3)])
def test_pictures_of_any_shape_are_taken(engine: YoloEngine, shape: tuple[int, int, int]) -> None:
    assert len(engine.detect([np.zeros(shape, np.uint8)])) == 1


def test_memory_that_runs_out_and_devices_that_fail_are_told_apart(
    engine: YoloEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.zeros((32, 32, 3), np.uint8)

    def failing_with(error: Exception) -> Callable[[object], None]:
        def fail(_: object) -> None:
            raise error

        return fail

    faults = [
        RuntimeError("CUDA error: device-side assert triggered"),
        torch.AcceleratorError("CUDA error: unknown"),
    ]
    for error, expected in [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), OutOfMemory),
        *((fault, DeviceFault) for fault in faults),
        (RuntimeError("shape mismatch"), RuntimeError),
    ]:
        monkeypatch.setattr(engine._road, "_predict", failing_with(error))
        with pytest.raises(expected):
            engine.detect([image, image])
    monkeypatch.undo()
    assert engine.detect([image]) == [[]]


@pytest.mark.slow
def test_loading_and_detecting_say_nothing_write_nothing_and_ask_nobody(
    photos: Photos, tmp_path: Path
) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): sys.exit('the network was asked')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "import numpy as np\n"
        "from thumper.settings import Settings\n"
        "from thumper.weights import resolve\n"
        "from thumper.worker.engines.yolo_engine import YoloEngine\n"
        "for engine in ('auto', 'openvino'):\n"
        "    engine = YoloEngine(resolve(Settings()), device='cpu', engine=engine, exports=Path('exports'))\n"
        "    engine.detect([np.asarray(Image.open(sys.argv[1]).convert('RGB'))])\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "TMPDIR": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(photos(1)[0])],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.rglob("*")) == []


def test_overlaps_of_one_label_stay_below_the_suppression_limit(
    engine: YoloEngine, photos: Photos, pixels: Pixels
) -> None:
    for boxes in engine.detect([pixels(photo) for photo in photos(4)]):
        for number, raw in enumerate(boxes):
            assert all(
                iou(raw.box, other.box) <= 0.72 for other in boxes[:number] if other.label == raw.label
            )
