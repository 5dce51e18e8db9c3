"""Which device the model runs on, and what users are told of it."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.pipeline import use_detector
from tests.worker.scripted import ScriptedDetector
from thumper.domain.condition import Condition
from thumper.domain.progress import ProcessRole
from thumper.domain.proof import Proof
from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.status.processes import Life
from thumper.weights import Weights, resolve
from thumper.worker import main, start
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import claim_pixels
from thumper.worker.detector import Detector, DeviceFault, DeviceUnfit, OutOfMemory
from thumper.worker.drain import Drain
from thumper.worker.memory_limit import memory_limit_bytes
from thumper.worker.proof import scene_hash
from thumper.worker.start import take_less


class Loaded:
    """A double of a loaded model."""

    labels = ("deer",)
    engine = "none"

    def __init__(self, device: str) -> None:
        self.device = device


def _loader(error: Exception) -> Callable[..., Loaded]:
    def load(_weights: Weights, _settings: Settings, *, device: str = "", **_: object) -> Loaded:
        if device == "cpu":
            return Loaded(device)
        raise error

    return load


@pytest.mark.parametrize(
    "error", [DeviceFault("CUDA error: busy\nCUDA kernel errors might"), OutOfMemory("full")]
)
async def test_with_auto_the_cpu_does_the_work_of_a_gpu_that_cannot_and_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(start, "load_detector", _loader(error))
    with ThreadPoolExecutor(1) as thread:
        auto = settings.model_copy(update={"device": "auto"})
        detector, note = await start._load(auto, resolve(settings), thread=thread, on_export=lambda: None)
    assert detector.device == "cpu"
    assert note.startswith(f"The GPU cannot be used ({str(error).partition(chr(10))[0]}), so the CPU is.")


@pytest.mark.parametrize("error", [DeviceFault("CUDA error: busy"), OutOfMemory("full")])
async def test_a_gpu_that_was_asked_for_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(start, "load_detector", _loader(error))
    wanted = settings.model_copy(update={"device": "cuda"})
    with ThreadPoolExecutor(1) as thread, pytest.raises(type(error)):
        await start._load(wanted, resolve(settings), thread=thread, on_export=lambda: None)


async def test_a_model_that_fails_on_the_scene_touches_no_photo() -> None:
    class Blind:
        def detect(self, _images: object) -> object:
            raise ValueError("no kernel image is available")

    blind: Detector = Blind()  # type: ignore[assignment]  # that is all that is asked of it
    with ThreadPoolExecutor(1) as thread, pytest.raises(DeviceUnfit, match="no kernel image"):
        await start._look_first(blind, thread)


async def test_an_outage_after_the_model_was_loaded_is_waited_for_with_the_model_in_hand(
    database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([ConnectionResetError(), TimeoutError()])
    note = detectors.note_labels

    async def note_at_last(*args: object) -> None:
        if error := next(answers, None):
            raise error
        await note(*args)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(detectors, "note_labels", note_at_last)
    monkeypatch.setattr(start, "OUTAGE_PAUSE_S", 0.0)
    weights = resolve(settings)
    proof = Proof(scene=scene_hash(), engine="none", device="cpu", boxes=())
    loaded: Detector = Loaded("cpu")  # type: ignore[assignment]  # that is all that is asked of it
    proved = start.Proved(loaded, proof, 0.1, "")
    with ThreadPoolExecutor(1) as thread, DecodeSandbox(Limits(), workers=1) as sandbox:
        context = await start.make_known(proved, start.Workplace(settings, weights, sandbox, thread))
    row = await detectors.current()
    assert row is not None
    assert (row.id, row.labels, detectors.proof_of(row)) == (context.detector_id, ["deer"], proof)


@pytest.mark.parametrize("is_busy", [True, False])
async def test_a_worker_that_fails_does_not_wait_for_a_model_that_hangs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_busy: bool
) -> None:
    leave = threading.Event()
    codes: list[int] = []

    async def fail(_settings: Settings, _life: Life, *, thread: ThreadPoolExecutor) -> main.Ending:
        if is_busy:
            thread.submit(leave.wait, 60)
        raise ValueError("out of film")

    monkeypatch.setattr(main, "_run", fail)
    monkeypatch.setattr(main, "MODEL_WAIT_S", 0.2)
    monkeypatch.setattr(os, "_exit", codes.append)
    with pytest.raises(ValueError, match="out of film"):
        await main._live(settings, Life(role=ProcessRole.WORK))
    leave.set()
    assert codes == ([1] if is_busy else [])


async def test_a_worker_that_is_told_to_end_does_not_wait_for_its_model(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, stop, leave = asyncio.Event(), asyncio.Event(), threading.Event()

    async def load_for_minutes(place: start.Workplace, **_: object) -> start.Proved:
        loading.set()
        await asyncio.wrap_future(place.thread.submit(leave.wait, 60))
        raise AssertionError("it was waited for")

    monkeypatch.setattr(main, "prove", load_for_minutes)
    monkeypatch.setattr(main, "stop_signals", lambda: stop)  # a signal would go to the whole test run
    with ThreadPoolExecutor(1) as thread:
        running = asyncio.create_task(main._run(settings, Life(role=ProcessRole.WORK), thread=thread))
        try:
            await asyncio.wait_for(loading.wait(), 60)
            stop.set()
            assert await asyncio.wait_for(running, 10) == main.Ending(0, model_is_busy=True)
        finally:
            leave.set()


async def test_after_deaths_for_lack_of_memory_a_worker_takes_less_and_says_so(
    context: Callable[..., Awaitable[WorkerContext]],
) -> None:
    await use_detector()
    own = await context(ScriptedDetector())
    assert take_less(own, 0) is own
    before = dataclasses.replace(own, settings=own.settings.model_copy(update={"batch_images": 16}))
    less = take_less(before, 2)
    assert less.capacity.images == 4
    assert less.most_pixels == claim_pixels(memory_limit_bytes(), halvings=2)
    sign = Drain(less).sign()
    assert sign.condition is Condition.MEMORY_SHORT
    assert "memory ran out, and takes 4 photos at a time now" in sign.message
