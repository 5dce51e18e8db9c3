"""Which device does the work, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from thumper.settings import Settings
from thumper.weights import Weights, resolve
from thumper.worker import start
from thumper.worker.detector import Detector, DeviceFault, DeviceUnfit, OutOfMemory


class Loaded:
    """Stands for a loaded model."""

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
