"""The worker's loop: the model has the next batch while the last is written."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.patience import until
from tests.pipeline import use_detector
from tests.worker.scripted import ScriptedDetector
from thumper.domain.condition import Condition
from thumper.domain.detection import RawDetection
from thumper.domain.progress import ImageState
from thumper.store.disk import disk_room
from thumper.store.models import Image, Job
from thumper.worker import batch as batches
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import Capacity
from thumper.worker.detector import DeviceFault
from thumper.worker.drain import Drain

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]


class Second(ScriptedDetector):
    """Sets a flag at its second batch, and then fails if scripted so."""

    def __init__(self, *, fault: Exception | None = None) -> None:
        super().__init__()
        self.fault = fault
        self.reached = threading.Event()

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Answer the first batch; set the flag at the second."""
        if self.sizes:
            self.reached.set()
            if self.fault is not None:
                raise self.fault
        return super().detect(images)


def _write_slowly(detector: Second, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first batch be written only once the model has the second one."""
    write = batches.write

    async def wait_and_write(*args: Any) -> int:
        assert await asyncio.to_thread(detector.reached.wait, 20)
        return await write(*args)

    monkeypatch.setattr(batches, "write", wait_and_write)


async def test_the_model_has_the_next_batch_while_the_last_is_written(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await queue(photos(4))
    detector = Second()
    own = await context(detector)
    _write_slowly(detector, monkeypatch)
    drain = Drain(dataclasses.replace(own, capacity=Capacity(2)))
    draining = asyncio.create_task(drain.keep_draining())
    await until(_all_completed)
    drain.stop()
    await draining
    assert detector.sizes == [2, 2]


async def test_a_fault_in_the_next_batch_does_not_cost_what_is_being_written(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await queue(photos(4))
    detector = Second(fault=DeviceFault("CUDA error: an illegal memory access"))
    own = await context(detector)
    _write_slowly(detector, monkeypatch)
    drain = Drain(dataclasses.replace(own, capacity=Capacity(2)))
    with pytest.raises(DeviceFault):
        await drain.keep_draining()
    assert await Image.filter(state=ImageState.COMPLETED).count() == 2
    assert await Job.filter(state=ImageState.PENDING, alone=True).count() == 2


async def _all_completed() -> bool:
    return not await Image.exclude(state=ImageState.COMPLETED).exists()


async def test_a_worker_says_what_it_waits_for_before_what_makes_it_slow(
    context: Callable[..., Awaitable[WorkerContext]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await use_detector()
    slow = dataclasses.replace(await context(ScriptedDetector()), note="The GPU cannot be used.")
    drain = Drain(slow)
    assert (drain.sign().condition, drain.sign().message) == (Condition.GPU_UNUSABLE, slow.note)
    monkeypatch.setattr(disk_room, "want_of_room", lambda _: "The disk of the pictures is full.")

    async def full() -> bool:
        return drain.sign().condition is Condition.DISK_FULL

    await until(full)
    assert drain.sign().message == "The disk of the pictures is full."
    monkeypatch.setattr(disk_room, "want_of_room", lambda _: "")

    async def has_room() -> bool:
        return drain.sign().condition is Condition.GPU_UNUSABLE

    await until(has_room)
