"""One leased batch through the model: claim → load → detect → write, a function each.

Decoding happens in child processes, the model runs in one thread, and writing is one fenced
transaction. An image that cannot be decoded fails with its reason; the rest of its batch goes on.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray

from thumper.domain.detection import RawDetection, mark_duplicates
from thumper.domain.reason import Reason
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.sandbox import DecodeSandbox, Loaded
from thumper.settings import Settings
from thumper.store.disk import library, library_claim
from thumper.store.postgres.outage import Outage, says
from thumper.store.queue import failures, jobs, leases, results
from thumper.store.queue.failures import Failure
from thumper.store.queue.leases import ClaimedJob, Lease
from thumper.store.queue.results import Origin, Result
from thumper.worker.capacity import Capacity
from thumper.worker.detector import Detector, DeviceFault, DeviceUnfit, OutOfMemory
from thumper.worker.proof import look_at_scene
from thumper.worker.thumbnail import thumbnail_of

log = structlog.get_logger(__name__)

_Answer = TypeVar("_Answer")

SLOWEST: Final = 8.0
"""How many times longer than on the proof scene the model may take for an image, if that is more than
`THUMPER_MODEL_TIMEOUT_S` for a call: a large model on a small CPU is slow, not hung."""

POSTPONE_S: Final = 60.0
"""Pause before a photo whose folder is not there is tried again."""

_OF_THE_FOLDER: Final = frozenset({Reason.ORIGINAL_MISSING, Reason.UNREADABLE, Reason.DECODE_TIMEOUT})
"""Reasons that are not the photo's fault when its folder is not there, fails, or does not answer."""

WRITE_RETRY_S: Final = 0.5
"""Pause between tries to write results while PostgreSQL is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """What every batch needs. `thread` has one thread: the model is used by one caller at a time."""

    settings: Settings
    detector: Detector
    detector_id: UUID
    origin: Origin
    sandbox: DecodeSandbox
    thread: Executor
    capacity: Capacity
    most_pixels: int = jobs.MOST_PIXELS
    """Pixels that are claimed at a time; see `thumper.worker.capacity.claim_pixels`."""
    scene_s: float
    """Seconds that the model took for the proof scene when the worker started."""
    note: str = ""
    """What users should know of how the model runs."""
    memory_note: str = ""
    """The same of the machine's memory."""

    def limit_s(self, images: int) -> float:
        """Return the longest that the model may take for a number of images before it is taken for hung."""
        return max(self.settings.model_timeout_s, SLOWEST * self.scene_s * images)


@dataclass(slots=True, kw_only=True)
class Batch:
    """A lease on its way through the model."""

    lease: Lease
    loaded: list[tuple[ClaimedJob, Loaded]] = field(default_factory=list)
    postponed: list[ClaimedJob] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


async def claim(context: WorkerContext, *, busy: bool, token: UUID | None = None) -> Lease | None:
    """Lease the next images; see `thumper.store.queue.jobs.claim`."""
    return await jobs.claim(
        context.detector_id,
        limit=jobs.ClaimLimit(context.capacity.wanted, context.most_pixels),
        lease_s=context.settings.lease_s,
        busy=busy,
        token=token,
    )


async def load(context: WorkerContext, lease: Lease) -> Batch:
    """Decode every image of a lease; those that cannot be decoded become failures.

    Photos of a drop folder that is not there are not failed but postponed.
    """
    if lease.alone:
        await leases.begin(lease)
    batch = Batch(lease=lease)
    answers = await asyncio.gather(*(_load_one(context, claim) for claim in lease.claims))
    for claim, answer in zip(lease.claims, answers, strict=True):
        if answer is None:
            batch.postponed.append(claim)
        elif isinstance(answer, Failure):
            batch.failures.append(answer)
        else:
            batch.loaded.append((claim, answer))
    if batch.postponed:
        log.warning("photos are postponed: their folder is not there", images=len(batch.postponed))
        await leases.postpone(lease, [claim.job_id for claim in batch.postponed], pause_s=POSTPONE_S)
    return batch


async def _load_one(context: WorkerContext, claim: ClaimedJob) -> Loaded | Failure | None:
    """Decode one image; None when the drop folder that it lies in is not there."""
    path = Path(os.fsdecode(claim.original_path))
    try:
        loaded = await context.sandbox.load(path)
    except DecodeRefusal as refusal:
        if refusal.reason in _OF_THE_FOLDER and not await library_claim.sees_source_of(claim.image_id):
            return None
        return Failure(job_id=claim.job_id, code=refusal.reason.value, message=str(refusal))
    if loaded.sha256 != claim.sha256:
        text = f"The original {path} holds other bytes than those that were recorded."
        return Failure(job_id=claim.job_id, code=Reason.ORIGINAL_CHANGED.value, message=text)
    path = library.thumbnail_path(context.settings.library_dir, claim.sha256)
    await asyncio.to_thread(_keep_thumbnail, path, loaded)
    return loaded


def _keep_thumbnail(path: Path, loaded: Loaded) -> None:
    """Write a thumbnail. A full disk is no failure of the image: its thumbnail is made again when it is asked for."""
    try:
        if not path.exists():
            library.write_whole(path, thumbnail_of(loaded.pixels))
    except OSError as error:
        log.warning("a thumbnail could not be kept", path=str(path), error=str(error))


async def detect(context: WorkerContext, batch: Batch) -> list[Result]:
    """Run the model over the decoded images; images that it cannot take become failures.

    Raises `DeviceFault` when the device cannot be used any more.
    """
    found: list[Result] = []
    rest = batch.loaded
    context.capacity.grow(now_s=time.monotonic())
    while rest:
        now, rest = rest[: context.capacity.images], rest[context.capacity.images :]
        found += await _detect(context, batch, now)
    return found


async def _detect(
    context: WorkerContext, batch: Batch, loaded: Sequence[tuple[ClaimedJob, Loaded]], *, again: bool = False
) -> list[Result]:
    """Detect in all at once; when the model fails, in halves, down to the one image that it fails on.

    That image is tried `again`, and becomes a failure only if the model still works on the proof scene.
    """
    began_s = time.monotonic()
    try:
        answers = await _infer(context, [entry.pixels for _, entry in loaded])
    except DeviceFault:
        raise
    except Exception as error:  # noqa: BLE001  # one image must not cost its neighbours their answers
        log.warning("model failed", images=len(loaded), error=_told(error))
        if isinstance(error, OutOfMemory):
            context.capacity.shrink(len(loaded), now_s=time.monotonic())
        if len(loaded) == 1:
            await _look_at_scene(context, error)
            if not again:
                return await _detect(context, batch, loaded, again=True)
            batch.failures.append(_beyond_the_model(loaded[0][0], error))
            return []
        middle = len(loaded) // 2
        return await _detect(context, batch, loaded[:middle]) + await _detect(context, batch, loaded[middle:])
    now_s = time.monotonic()
    context.capacity.note(len(loaded), took_s=now_s - began_s, now_s=now_s)
    each_ms = (now_s - began_s) * 1000 / len(loaded)
    return [
        Result(
            job_id=claim.job_id,
            detections=mark_duplicates(found),
            duration_ms=each_ms,
            damaged=entry.damaged,
        )
        for (claim, entry), found in zip(loaded, answers, strict=True)
    ]


def _beyond_the_model(claim: ClaimedJob, error: Exception) -> Failure:
    reason = Reason.GPU_OUT_OF_MEMORY if isinstance(error, OutOfMemory) else Reason.DETECTION_ERROR
    message = f"{reason.sentence} ({_told(error)})"
    return Failure(job_id=claim.job_id, code=reason.value, message=message)


async def _look_at_scene(context: WorkerContext, error: Exception) -> None:
    """Raise `DeviceUnfit` if the model fails on the proof scene as well, and not only on a photo."""
    try:
        await _call(context, lambda: look_at_scene(context.detector), images=1)
    except Exception as other:
        told = " and ".join(dict.fromkeys(_told(each) for each in (error, other)))
        msg = f"the model fails on the proof scene as it does on photos: {told}"
        raise DeviceUnfit(msg) from other


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


async def _infer(context: WorkerContext, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
    return await _call(context, lambda: context.detector.detect(images), images=len(images))


async def _call(context: WorkerContext, ask: Callable[[], _Answer], *, images: int) -> _Answer:
    """Call the model in its thread. Raises `DeviceFault` when it does not return in time."""
    limit_s = context.limit_s(images)
    call = asyncio.get_running_loop().run_in_executor(context.thread, ask)
    try:
        return await asyncio.wait_for(call, limit_s)
    except TimeoutError:
        msg = f"the model did not answer for {limit_s:.0f} s"
        raise DeviceFault(msg) from None


async def write(context: WorkerContext, batch: Batch, found: Sequence[Result]) -> int:
    """Write results and failures; return the number of images ended. Waits out PostgreSQL's outages."""
    outage = Outage(
        pause_s=WRITE_RETRY_S,
        limit_s=context.settings.lease_s,  # then another worker does the same work, and these writes change nothing
        tell=says("cannot write results, PostgreSQL is away; trying again"),
    )

    async def write_all() -> int:
        written = await results.write(batch.lease, found, context.origin) if found else 0
        if batch.failures:
            await failures.fail(batch.lease, batch.failures)
        return written + len(batch.failures)

    return await outage.outlast(write_all)
