"""What the worker does when the model cannot take a batch."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import subprocess
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.patience import until
from tests.worker.scripted import DOE, ScriptedDetector
from thumper.domain.condition import Condition
from thumper.domain.detection import RawDetection
from thumper.domain.progress import ImageState, SourceKind
from thumper.settings import Settings
from thumper.store.models import Detection, Image, Job, Source
from thumper.store.queue import jobs, leases
from thumper.store.queue.leases import Lease
from thumper.worker import batch as batches
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import Capacity
from thumper.worker.detector import DeviceFault, DeviceUnfit
from thumper.worker.drain import Drain

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
SCENE_SHAPE = (480, 640, 3)


async def _run(own: WorkerContext) -> None:
    lease = await batches.claim(own, busy=False)
    assert lease is not None
    batch = await batches.load(own, lease)
    await batches.write(own, batch, await batches.detect(own, batch))


async def test_out_of_memory_halves_the_batch_until_it_fits(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(8))
    detector = ScriptedDetector(room=2)
    own = await context(detector)
    await _run(own)
    assert detector.sizes == [8, 4, 2, 2, 4, 2, 2]
    # What fits is remembered: the next batch does not run out of memory again.
    await queue(photos(14)[8:])
    await _run(own)
    assert detector.sizes[7:] == [2, 2, 2]
    assert await Image.filter(state=ImageState.COMPLETED).count() == 14
    assert await Detection.all().count() == 14


async def test_calls_that_went_well_are_told_to_whoever_learns_how_many_are_fast(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    class Noting(Capacity):
        noted: list[int]

        def note(self, images: int, *, took_s: float, now_s: float) -> None:
            """Record the call."""
            assert 0 < took_s < now_s
            self.noted.append(images)

    await queue(photos(5))
    capacity = Noting(4)
    capacity.noted = []
    await _run(dataclasses.replace(await context(ScriptedDetector(room=2)), capacity=capacity))
    assert capacity.noted == [2, 2]
    assert await Image.filter(state=ImageState.PENDING).count() == 1, "no more are claimed than are wanted"


class Picky(ScriptedDetector):
    """Fails on photos as scripted, but not on the proof scene."""

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Answer for the scene; otherwise as scripted."""
        if len(images) == 1 and images[0].shape == SCENE_SHAPE:
            return [[DOE]]
        return super().detect(images)


async def test_a_photo_that_does_not_fit_alone_fails_with_that_reason_once_the_scene_did_fit(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(2))
    detector = Picky(room=0)
    await _run(await context(detector))
    assert detector.sizes == [2, 1, 1, 1, 1], "each is tried once more by itself"
    assert await Image.filter(state=ImageState.FAILED, error_code="GPU_OUT_OF_MEMORY").count() == 2


async def test_an_error_of_the_model_fails_the_photo_and_says_so(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(1))
    await _run(await context(Picky(error=ValueError("odd shape"))))
    image = await Image.get(state=ImageState.FAILED)
    assert image.error_code == "DETECTION_ERROR"
    assert image.error is not None
    assert "odd shape" in image.error


@pytest.mark.parametrize(
    "broken", [ScriptedDetector(room=0), ScriptedDetector(error=ValueError("no kernel image"))]
)
async def test_a_model_that_fails_on_the_scene_as_well_blames_no_photo(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    broken: ScriptedDetector,
) -> None:
    await queue(photos(3))
    drain = Drain(await context(broken))
    with pytest.raises(DeviceUnfit, match="fails on the proof scene"):
        await drain.keep_draining()
    assert await Job.filter(state=ImageState.PENDING, attempts=0, alone=False, crash_count=0).count() == 3
    assert await Image.filter(state=ImageState.PENDING).count() == 3


class Hung(ScriptedDetector):
    """Does not answer until `leave` is set."""

    leave = threading.Event()

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Wait for `leave`."""
        self.leave.wait(60)
        return super().detect(images)


async def test_a_model_that_does_not_answer_in_time_is_a_device_fault(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(2))
    own = await context(Hung())
    own = dataclasses.replace(own, settings=own.settings.model_copy(update={"model_timeout_s": 0.2}))
    with pytest.raises(DeviceFault, match="did not answer"):
        await Drain(own).keep_draining()
    Hung.leave.set()
    assert await Job.filter(state=ImageState.PENDING, alone=True).count() == 2


async def test_a_slow_model_has_longer_for_many_photos(
    context: Callable[..., Awaitable[WorkerContext]], queue: Queue, photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(1))
    own = dataclasses.replace(await context(ScriptedDetector()), scene_s=3.0)
    assert own.limit_s(1) == 24.0
    assert own.limit_s(16) == 384.0
    assert dataclasses.replace(own, scene_s=0.01).limit_s(16) == own.settings.model_timeout_s == 20.0


async def test_a_device_fault_ends_the_loop_and_counts_as_a_crash_of_the_worker(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    await queue(photos(3))
    drain = Drain(await context(ScriptedDetector(error=DeviceFault("CUDA error: an illegal memory access"))))
    with pytest.raises(DeviceFault):
        await drain.keep_draining()
    assert await Job.filter(state=ImageState.PENDING, alone=True).count() == 3
    assert await Image.filter(state=ImageState.PENDING).count() == 3


async def _all_completed() -> bool:
    return not await Image.exclude(state=ImageState.COMPLETED).exists()


async def test_a_library_that_cannot_be_written_costs_thumbnails_and_no_detections(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    settings: Settings,
) -> None:
    await queue(photos(2))
    settings.library_dir.parent.mkdir(parents=True)
    settings.library_dir.write_text("no folder")
    await _run(await context(ScriptedDetector()))
    assert await _all_completed()


async def test_an_outage_between_claim_and_detection_leaves_no_image_in_processing(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await queue(photos(1))
    await Job.all().update(alone=True)
    begin, failed = leases.begin, threading.Event()

    async def begin_at_last(lease: Lease) -> bool:
        if failed.is_set():
            return await begin(lease)
        failed.set()
        raise ConnectionResetError

    monkeypatch.setattr(leases, "begin", begin_at_last)
    drain = Drain(await context(ScriptedDetector()))
    # Leases are kept alive, as in a living worker: no sweeper could help.
    tasks = [asyncio.create_task(drain.keep_leases()), asyncio.create_task(drain.keep_draining())]
    await until(_all_completed)
    drain.stop()
    await tasks[1]
    tasks[0].cancel()
    assert failed.is_set()
    assert await Job.filter(attempts=1, crash_count=0).count() == 1


async def test_a_claim_whose_answer_was_lost_is_given_back_and_nobody_waits_for_its_lease(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await queue(photos(2))
    claim, lost = jobs.claim, threading.Event()

    async def claim_and_lose_the_answer(*args: Any, **options: Any) -> Lease | None:
        lease = await claim(*args, **options)
        if lease is not None and not lost.is_set():
            lost.set()
            raise ConnectionResetError
        return lease

    monkeypatch.setattr(jobs, "claim", claim_and_lose_the_answer)
    drain = Drain(await context(ScriptedDetector()))
    draining = asyncio.create_task(drain.keep_draining())
    await until(_all_completed)
    drain.stop()
    await draining
    assert lost.is_set()
    # Released by the worker, not by a sweeper: no attempt was counted and nothing had to run alone.
    assert await Job.filter(attempts=1, claimed_alone=False).count() == 2


async def test_a_claim_that_is_cancelled_is_given_back(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await queue(photos(2))
    claim, claimed = jobs.claim, asyncio.Event()

    async def claim_and_linger(*args: Any, **options: Any) -> Lease | None:
        lease = await claim(*args, **options)
        claimed.set()
        await asyncio.sleep(60)
        return lease

    monkeypatch.setattr(jobs, "claim", claim_and_linger)
    drain = Drain(await context(ScriptedDetector()))
    draining = asyncio.create_task(drain.keep_draining())
    await asyncio.wait_for(claimed.wait(), 60)
    assert await Job.filter(state=ImageState.PROCESSING).count() == 2
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    await drain.release_all()
    assert await Job.filter(state=ImageState.PENDING, attempts=0, crash_count=0).count() == 2


@pytest.mark.parametrize("alone", [False, True])
async def test_while_no_child_can_be_started_photos_wait_and_none_is_blamed(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
    alone: bool,
) -> None:
    await queue(photos(2))
    await Job.all().update(alone=alone)

    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    drain = Drain(await context(ScriptedDetector()))

    async def tells() -> bool:
        wait = Job.filter(state=ImageState.PENDING, attempts=0, alone=alone, crash_count=0)
        sign = drain.sign()
        told = sign.condition is Condition.DECODER_FAILED
        return told and "A decoding process cannot be started" in sign.message and await wait.count() == 2

    with monkeypatch.context() as short:
        short.setattr(subprocess, "Popen", refuse)
        draining = asyncio.create_task(drain.keep_draining())
        await until(tells)
    await until(_all_completed)
    drain.stop()
    await draining
    assert await Job.filter(attempts=1, crash_count=0).count() == 2
    assert (drain.sign().condition, drain.sign().message) == (None, "")


async def test_a_batch_that_is_given_up_while_stopping_is_given_back_without_blame(
    queue: Queue, context: Callable[..., Awaitable[WorkerContext]], photos: Callable[[int], list[Path]]
) -> None:
    class Slow(ScriptedDetector):
        entered, leave = threading.Event(), threading.Event()

        def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
            """Answer when `leave` is set."""
            self.entered.set()
            self.leave.wait(60)
            return super().detect(images)

    await queue(photos(20))
    drain = Drain(await context(Slow()))
    draining = asyncio.create_task(drain.keep_draining())
    await asyncio.to_thread(Slow.entered.wait, 60)
    drain.stop()
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    await drain.release_all()
    Slow.leave.set()
    assert await Job.filter(state=ImageState.PENDING, attempts=0, alone=False, crash_count=0).count() == 20


async def test_photos_of_a_folder_that_is_not_mounted_are_kept_for_later_and_not_failed(
    queue: Queue,
    context: Callable[..., Awaitable[WorkerContext]],
    photos: Callable[[int], list[Path]],
    tmp_path: Path,
) -> None:
    await queue(photos(2))
    await Source.filter(kind=SourceKind.DROP).update(path=bytes(tmp_path / "not mounted"))
    away = await Image.first()
    assert away is not None
    await Image.filter(id=away.id).update(original_path=bytes(tmp_path / "not mounted" / "a.jpg"))
    await _run(await context(ScriptedDetector()))
    assert await Image.filter(state=ImageState.COMPLETED).count() == 1
    job = await Job.get(image_id=away.id)
    assert (job.state, job.attempts) == (ImageState.PENDING, 0)
    assert job.not_before > job.queued_at
    assert (await Image.get(id=away.id)).state is ImageState.PENDING
