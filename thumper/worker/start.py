"""Making a worker ready: the model is loaded, run on the proof scene, and becomes the current detector.

Nothing is claimed before that: a device that fails on the model or the scene touches no photo.
"""

from __future__ import annotations

import asyncio
import os
import textwrap
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from uuid import UUID

import structlog

from thumper.domain.condition import MORE_MEMORY
from thumper.domain.proof import Proof, words
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.postgres.outage import Outage, says
from thumper.store.queue.results import Origin
from thumper.weights import Weights
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import Capacity, claim_pixels
from thumper.worker.detector import Detector, DeviceFault, DeviceUnfit, NoDeviceError, OutOfMemory
from thumper.worker.libraries import unused_gpu
from thumper.worker.loader import load_detector
from thumper.worker.memory_limit import memory_limit_bytes
from thumper.worker.proof import look_first, scene_hash

log = structlog.get_logger(__name__)

START_LIMIT_S: Final = 600.0
"""How long loading the model and its first looks may take each before the device is taken for hung."""

MOST_WORDS: Final = 300
"""Characters of an error that users are shown; CUDA's go on with how to debug CUDA."""

NO_DEVICE: Final = (DeviceFault, NoDeviceError, OutOfMemory)
"""What loading the model raises when the device is to blame."""

OUTAGE_PAUSE_S: Final = 1.0
"""Pause before PostgreSQL is tried again."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a worker has before it has a model: settings, the model's file, decoding children, the model's thread."""

    settings: Settings
    weights: Weights
    sandbox: DecodeSandbox
    thread: ThreadPoolExecutor


@dataclass(frozen=True, slots=True)
class Proved:
    """A model that was loaded and run on the proof scene, which took `scene_s`, with a note for users."""

    detector: Detector
    proof: Proof
    scene_s: float
    note: str


async def prove(place: Workplace, *, on_export: Callable[[], None]) -> Proved:
    """Load the model and run it on the proof scene before it is trusted with photos.

    `on_export` is called, in the model's thread, before the model is exported, which happens once.

    Raises one of `NO_DEVICE` when the device is not there, cannot take the model, or fails on the scene.
    """
    weights = place.weights
    detector, note = await _load(place.settings, weights, thread=place.thread, on_export=on_export)
    proof, scene_s = await _look_first(detector, place.thread)
    if strangers := weights.class_map.strangers(detector.labels):
        log.warning("the class map names labels that the model does not have", labels=strangers)
    log.info("detector ready", name=weights.name, device=detector.device, engine=detector.engine)
    return Proved(detector, proof, scene_s, note)


async def make_known(proved: Proved, place: Workplace) -> WorkerContext:
    """Make it the current detector; wait for PostgreSQL without limit, since loading it again would take longer."""
    detector, settings, weights = proved.detector, place.settings, place.weights
    return WorkerContext(
        settings=settings,
        detector=detector,
        detector_id=await through_outages(lambda: _register(proved, weights)),
        origin=Origin(device=detector.device, engine=detector.engine, class_map=weights.class_map),
        sandbox=place.sandbox,
        thread=place.thread,
        capacity=Capacity.of(
            settings.batch_images, device=detector.device, cores=len(os.sched_getaffinity(0))
        ),
        most_pixels=claim_pixels(memory_limit_bytes()),
        scene_s=proved.scene_s,
        note=proved.note,
    )


def take_less(context: WorkerContext, kills: int) -> WorkerContext:
    """Return the context of a worker whose forerunners were killed for lack of memory: half as much for each."""
    if kills == 0:
        return context
    device, cores = context.detector.device, len(os.sched_getaffinity(0))
    capacity = Capacity.of(context.settings.batch_images, device=device, cores=cores, halvings=kills)
    pixels = claim_pixels(memory_limit_bytes(), halvings=kills)
    log.warning("memory ran out before, so fewer photos are taken at a time", images=capacity.images)
    note = (
        f"The worker ended because memory ran out, and takes {capacity.images} photos at a time now."
        f" {MORE_MEMORY} THUMPER_BATCH_IMAGES and THUMPER_DECODE_WORKERS make it take less from the start."
    )
    return replace(context, capacity=capacity, most_pixels=pixels, memory_note=note)


async def through_outages(ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Ask PostgreSQL until it answers."""
    return await Outage(pause_s=OUTAGE_PAUSE_S, tell=says("PostgreSQL is away; waiting")).outlast(ask)


async def _register(proved: Proved, weights: Weights) -> UUID:
    """Record everything about the model; doing so again changes nothing."""
    # Current, also the packaged one: photos queued for a model that no worker holds would wait for ever.
    detector_id = await detectors.register(weights, make_current=True)
    await detectors.note_labels(detector_id, proved.detector.labels)
    await _record(detector_id, proved.proof, weights)
    return detector_id


async def _load(
    settings: Settings, weights: Weights, *, thread: ThreadPoolExecutor, on_export: Callable[[], None]
) -> tuple[Detector, str]:
    """Load the model, on the CPU when `auto` leaves the choice and the GPU cannot take it; return a note for users."""
    try:
        detector = await _patiently(thread, lambda: load_detector(weights, settings, on_export=on_export))
        return detector, unused_gpu(settings)
    except (DeviceFault, OutOfMemory) as error:
        if settings.device != "auto" or isinstance(error, DeviceUnfit):
            raise
        why = in_short(error)
    log.warning("the GPU cannot be used, so the CPU is", error=why)
    detector = await _patiently(
        thread, lambda: load_detector(weights, settings, device="cpu", on_export=on_export)
    )
    return detector, f"The GPU cannot be used ({why}), so the CPU is. Restart Thumper when that is repaired."


async def _look_first(detector: Detector, thread: ThreadPoolExecutor) -> tuple[Proof, float]:
    try:
        return await _patiently(thread, lambda: look_first(detector))
    except DeviceFault:
        raise
    except Exception as error:
        msg = f"the model fails on the proof scene: {type(error).__name__}: {error}"
        raise DeviceUnfit(msg) from error


async def _patiently(thread: ThreadPoolExecutor, ask: Callable[[], _Answer]) -> _Answer:
    """Ask in the model's thread. Raises `DeviceUnfit` when no answer comes: thread and process are then lost."""
    try:
        return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(thread, ask), START_LIMIT_S)
    except TimeoutError:
        msg = f"the model was not ready within {START_LIMIT_S:g} s"
        raise DeviceUnfit(msg) from None


async def _record(detector_id: UUID, proof: Proof, weights: Weights) -> None:
    """Record what a new detector finds in the proof scene, which `thumper doctor` compares with from then on."""
    row = await detectors.find(weights.sha256, weights.precision)
    known = detectors.proof_of(row) if row is not None else None
    if known is None or known.scene != scene_hash():
        await detectors.record_proof(detector_id, proof)
        log.info("detector proved itself", found=[words(box) for box in proof.boxes])


def in_short(error: Exception) -> str:
    """Return the first line of an error."""
    first_line = str(error).strip().partition("\n")[0].rstrip(".")
    return textwrap.shorten(first_line or type(error).__name__, MOST_WORDS)
