"""Images through PyTorch on a GPU: those of one size together, in stacks that overlap.

Images of different sizes would have to be padded to a common one, which changes their answers. While the device works
on one stack, the next one is letterboxed here and copied; suppression, of the handful of places that hold anything,
is done here as well. Python waits once for each stack, while the device already works on the next.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from thumper.domain.detection import STORAGE_FLOOR, RawDetection
from thumper.worker.engines.staging import Staging
from thumper.worker.engines.torch_library import torch
from thumper.worker.engines.torch_network import TorchNetwork

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST: Final = 16
"""Least images of a stack, if there are enough: with fewer, launching the work on the device takes most of the time."""
_PARTS: Final = 4
"""Stacks that many images are divided into: the copying of all but the first overlaps with the model's work."""
_MOST_THREADS: Final = 8
"""Threads that letterbox: at most three quarters of a millisecond an image (measured), so that these serve 10,000
a second."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """A stack on the device: the indices of its images, and its candidates once `done` has happened."""

    numbers: Sequence[int]
    boxed: tuple[int, int]
    candidates: torch.Tensor
    done: Any


class Stacks:
    """A network that takes a stack of images at a time; for one caller at a time."""

    def __init__(self, network: TorchNetwork) -> None:
        """Take the network."""
        self._network = network
        self._staging = Staging(network.device)
        self._count = min(len(os.sched_getaffinity(0)), _MOST_THREADS)
        self._threads = ThreadPoolExecutor(self._count, "letterbox")

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Return the boxes of each image, in the order of the images."""
        answers: list[list[RawDetection]] = [[] for _ in images]
        flights: deque[_Flight] = deque()
        with torch.inference_mode():
            for numbers in stacks([image.shape for image in images]):
                flights.append(self._send(numbers, images))
                if len(flights) > 1:
                    self._land(flights.popleft(), images, answers)
            for flight in flights:
                self._land(flight, images, answers)
        return answers

    def _send(self, numbers: Sequence[int], images: Sequence[NDArray[np.uint8]]) -> _Flight:
        """Letterbox images of one size, and launch the work of the device on them."""
        first = self._network.letterbox(images[numbers[0]])
        buffer = self._staging.buffer((len(numbers), *first.shape))
        pictures = buffer.pictures
        pictures[0] = first

        def fill(places: range) -> None:
            for place in places:
                pictures[place] = self._network.letterbox(images[numbers[place]])

        shares = [range(1 + share, len(numbers), self._count) for share in range(self._count)]
        for _ in self._threads.map(fill, shares):
            pass
        values = self._staging.send(buffer, self._network.values)
        candidates = self._network.candidates(values)
        return _Flight(numbers, (first.shape[0], first.shape[1]), candidates, self._staging.mark())

    def _land(
        self, flight: _Flight, images: Sequence[NDArray[np.uint8]], answers: list[list[RawDetection]]
    ) -> None:
        """Wait for the device, and write the boxes of a stack into `answers`."""
        rows = self._staging.answer(flight.done, lambda: _promising(flight.candidates))
        counts = np.bincount(rows[:, 0].numpy().astype(np.int64), minlength=len(flight.numbers)).tolist()
        for number, own in zip(flight.numbers, rows[:, 1:].split(counts), strict=True):
            if len(own):
                answers[number] = self._network.boxes(own.T.numpy(), flight.boxed, images[number])


def stacks(shapes: Sequence[tuple[int, ...]]) -> Iterator[Sequence[int]]:
    """Yield the indices of images that go through the network together: of one size, not too many."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, shape in enumerate(shapes):
        groups.setdefault(shape, []).append(number)
    for numbers in groups.values():
        size = max(LEAST, math.ceil(len(numbers) / _PARTS))
        yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


def _promising(candidates: torch.Tensor) -> torch.Tensor:
    """Return (rows, 1 + 4 + classes): the picture's index and the candidate, of those that suppression looks at."""
    picture, place = (candidates[:, 4:].amax(1) > STORAGE_FLOOR).nonzero(as_tuple=True)
    return torch.cat((picture.unsqueeze(1).float(), candidates[picture, :, place]), dim=1)
