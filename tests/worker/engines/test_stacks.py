"""The code for a GPU, run on the CPU: stacks, buffers and streams."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from ultralytics import YOLO

from thumper.domain.detection import RawDetection
from thumper.domain.precision import Precision
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines import stacks as road_of_a_gpu
from thumper.worker.engines.stacks import Stacks, stacks
from thumper.worker.engines.staging import Staging
from thumper.worker.engines.torch_network import TorchNetwork

Pixels = Callable[[Path], NDArray[np.uint8]]
Photos = Callable[[int], list[Path]]
CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads wait for each other when other programs want the cores, and divide sums otherwise in every stack."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def road() -> Stacks:
    """The stacks of a GPU, on the CPU."""
    return Stacks(TorchNetwork(PACKAGED_MODEL, "cpu"))


@pytest.fixture(scope="module")
def images(pixels: Pixels, photos: Photos) -> list[NDArray[np.uint8]]:
    """Six of one size, and two of other sizes among them."""
    whole = [pixels(photo) for photo in photos(6)]
    whole.insert(1, np.ascontiguousarray(whole[0][:, :300]))
    whole.insert(4, np.ascontiguousarray(whole[2][:200]))
    return whole


@pytest.mark.slow
def test_answers_equal_those_of_ultralytics(
    road: Stacks, images: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(road_of_a_gpu, "LEAST", 2)
    reference = YOLO(PACKAGED_MODEL)
    found = road.detect(images)
    assert sum(map(len, found)) >= 10
    for image, boxes in zip(images, found, strict=True):
        (answer,) = reference.predict(image[:, :, ::-1].copy(), conf=0.05, imgsz=640, verbose=False)
        rows = zip(
            answer.boxes.cls.tolist(), answer.boxes.conf.tolist(), answer.boxes.xyxyn.tolist(), strict=True
        )
        assert [_told(raw) for raw in boxes] == [
            (("buck", "doe", "turkey")[int(number)], *(pytest.approx(value, abs=1e-4) for value in values))
            for number, confidence, corners in rows
            for values in [(confidence, *corners)]
        ]


def _told(raw: RawDetection) -> tuple[object, ...]:
    box = raw.box
    return raw.label, raw.confidence, box.x, box.y, box.x + box.width, box.y + box.height


def test_images_are_stacked_by_size_and_many_are_divided_so_that_stacks_overlap() -> None:
    wide, tall = (480, 640, 3), (640, 480, 3)
    assert list(stacks([])) == []
    assert list(stacks([wide, tall, wide])) == [[0, 2], [1]]
    for count, sizes in [(16, [16]), (17, [16, 1]), (64, [16] * 4), (256, [64] * 4)]:
        numbers = list(stacks([wide] * count))
        assert [len(each) for each in numbers] == sizes
        assert [number for each in numbers for number in each] == list(range(count))


class Small(TorchNetwork):
    """A network on a device with memory for `room` pictures."""

    room = 100

    def candidates(self, values: torch.Tensor) -> torch.Tensor:
        """Raise an error for more than `room` pictures."""
        if len(values) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return super().candidates(values)


def test_memory_that_runs_out_in_the_middle_leaves_it_usable(images: list[NDArray[np.uint8]]) -> None:
    network = Small(PACKAGED_MODEL, "cpu")
    road = Stacks(network)
    few = [images[1], images[0], images[4], images[2]]
    expected = road.detect(few)
    network.room = 1
    with pytest.raises(torch.OutOfMemoryError):
        road.detect(few)  # one stack of one has been sent by then, and is not waited for
    assert [road.detect([image])[0] for image in few[:2]] == expected[:2]
    network.room = 100
    assert road.detect(few) == expected


def test_buffers_are_used_again_grow_once_and_take_turns() -> None:
    staging = Staging(CPU)

    def send(number: int, shape: tuple[int, ...]) -> int:
        buffer = staging.buffer(shape)
        buffer.pictures[:] = number
        sent = staging.send(buffer, torch.clone)
        assert sent.shape == shape
        assert bool((sent == number).all())
        return int(buffer.here.data_ptr())

    first = [send(number, (4, 32, 32, 3)) for number in range(6)]
    assert len(set(first)) == 2
    assert first == first[:2] * 3
    assert [send(number, (2, 32, 32, 3)) for number in range(4)] == first[:4]
    larger = [send(number, (9, 64, 32, 3)) for number in range(4)]
    assert larger[:2] == larger[2:]
    assert [send(number, (4, 32, 32, 3)) for number in range(2)] == larger[:2]


class Recorder:
    """A double of PyTorch's module of a device that logs what waits for what."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.names = itertools.count()
        self.main = self.Stream()

    def Stream(self) -> Recorded:  # noqa: N802  # PyTorch's name
        return Recorded(self.log, f"stream {next(self.names)}")

    def Event(self) -> Recorded:  # noqa: N802  # PyTorch's name
        return Recorded(self.log, f"event {next(self.names)}")

    def stream(self, _stream: Recorded) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def current_stream(self, _device: torch.device) -> Recorded:
        return self.main


class Recorded:
    """A double of a stream or an event."""

    def __init__(self, log: list[str], name: str) -> None:
        self.log, self.name = log, name

    def synchronize(self) -> None:
        self.log.append(f"host waits for {self.name}")

    def record(self, stream: Recorded) -> None:
        self.log.append(f"{self.name} in {stream.name}")

    def wait_event(self, event: Recorded) -> None:
        self.log.append(f"{self.name} waits for {event.name}")

    def wait_stream(self, stream: Recorded) -> None:
        self.log.append(f"{self.name} waits for {stream.name}")


def test_nothing_is_overwritten_that_is_still_read_and_nothing_read_that_has_not_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the log of a double, since on a CPU everything runs in the order of the calls."""
    recorder = Recorder()
    main = recorder.main.name
    monkeypatch.setattr(torch, "get_device_module", lambda _: recorder)
    monkeypatch.setattr(torch.cpu, "Stream", recorder.Stream)
    staging = Staging(CPU)
    copying, answering = "stream 1", "stream 2"
    for arrived, taken, waits in [
        ("event 3", "event 4", [f"{copying} waits for {main}"]),
        ("event 5", "event 6", [f"{copying} waits for {main}"]),
        ("event 3", "event 4", []),
    ]:
        recorder.log.clear()
        staging.send(staging.buffer((1, 8, 8, 3)), torch.clone)
        assert recorder.log == [
            f"host waits for {arrived}",  # before the memory here is written
            *waits,  # memory of the device that is new was used for something else
            f"{copying} waits for {taken}",
            f"{arrived} in {copying}",
            f"{main} waits for {arrived}",
            f"{taken} in {main}",
        ]
    recorder.log.clear()
    done = staging.mark()
    staging.answer(done, lambda: torch.zeros(1))
    assert recorder.log == [f"{done.name} in {main}", f"{answering} waits for {done.name}"]


@pytest.mark.slow
def test_half_precision_finds_the_same_animals(road: Stacks, images: list[NDArray[np.uint8]]) -> None:
    halved = Stacks(TorchNetwork(PACKAGED_MODEL, "cpu", Precision.FP16))
    few = images[:3]
    for exact, found in zip(road.detect(few), halved.detect(few), strict=True):
        clear = [raw for raw in exact if raw.confidence >= 0.4]
        assert [raw.label for raw in found[: len(clear)]] == [raw.label for raw in clear]
        for ours, theirs in zip(found, clear, strict=False):
            assert ours.confidence == pytest.approx(theirs.confidence, abs=0.05)
            assert _told(ours)[2:] == pytest.approx(_told(theirs)[2:], abs=0.01)


def test_convolutions_on_cuda_are_told_not_to_round() -> None:
    assert torch.backends.cudnn.conv.fp32_precision == "ieee"
    assert torch.backends.cuda.matmul.fp32_precision == "ieee"
