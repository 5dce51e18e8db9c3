"""Makes the model of a real worker fail as told. Python runs this by itself in every process of a harnessed Thumper.

The process, its supervisor and everything around the model are the real ones; only `Network.predict`, inside which
PyTorch raises what it raises, is wrapped. The file `FAULTY_MODEL` says what happens, and is read at every look: a JSON
object of names of the functions below, by the width in pixels of the picture at which they happen, by `ANY` for every
photo, or by `start` for what a worker looks at before it claims photos. `FAULTY_PAUSE_S` is the longest pause of the
supervisors between two starts, for runs that have less time; `FAULTY_INPUT_PX` is the side of what the model looks at.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

MODULE: Final = "thumper.worker.engines.network"
ROOMS: Final = "thumper.embedded.supervised_child"
SERVERS: Final = "thumper.embedded.servers"
DETECTION: Final = "thumper.domain.detection"
SELF_CHOSEN: Final = {(640, 640), (320, 320), (480, 640)}
"""Height and width of the blank picture and of the proof scene, at which a worker looks before any photo."""


def segfault() -> None:
    import ctypes

    ctypes.string_at(0)


def hang() -> None:
    import time

    time.sleep(3600)


def hang_with_the_lock() -> None:
    import ctypes

    ctypes.PyDLL(None).sleep(3600)  # native code that hangs and does not release Python's lock


def eat_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (32 << 30, resource.RLIM_INFINITY))
    bytearray(64 << 30)


def be_killed_for_memory() -> None:
    import signal

    hoard = bytearray(256 << 20)
    os.kill(os.getpid(), signal.SIGKILL)  # what the kernel does when memory runs out
    del hoard


def run_out_of_gpu_memory() -> None:
    from thumper.worker.engines.torch_library import torch

    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


_short: list[bool] = [False]


def now_and_then_run_out_of_gpu_memory() -> None:
    """Fail at one look in twenty, but never twice in a row: memory that is short for a moment."""
    import random

    _short[0] = not _short[0] and random.random() < 0.05
    if _short[0]:
        run_out_of_gpu_memory()


_lost: list[bool] = []


def lose_the_context() -> None:
    """Fail as CUDA does after a sticky error: at once, and from then on at everything in this process."""
    from thumper.worker.engines.torch_library import torch

    _lost.append(True)
    raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")


def now_and_then_lose_the_context() -> None:
    import random

    if random.random() < 0.02:
        lose_the_context()


def be_gone() -> None:
    raise RuntimeError("CUDA error: no CUDA-capable device is detected")


def start_slowly() -> None:
    import time

    time.sleep(2)


FAULTS: Final[dict[str, Callable[[], None]]] = {
    fault.__name__: fault
    for fault in (
        segfault,
        hang,
        hang_with_the_lock,
        eat_memory,
        be_killed_for_memory,
        run_out_of_gpu_memory,
        now_and_then_run_out_of_gpu_memory,
        lose_the_context,
        now_and_then_lose_the_context,
        be_gone,
        start_slowly,
    )
}


def _plan() -> dict[str, list[str]]:
    plan: dict[str, list[str]] = json.loads(Path(os.environ["FAULTY_MODEL"]).read_bytes())
    return plan


def _wrap(module: Any) -> None:
    predict = module.Network.predict

    def fail_first(self: Any, images: Sequence[Any]) -> Any:
        if _lost:
            lose_the_context()
        plan = _plan()
        for image in images:
            own = "start" if image.shape[:2] in SELF_CHOSEN else "ANY"
            for name in [*plan.get(own, []), *plan.get(str(image.shape[1]), [])]:
                FAULTS[name]()
        return predict(self, images)

    module.Network.predict = fail_first


def _hurry_rooms(module: Any) -> None:
    patience, longest_s = module.Patience, float(os.environ["FAULTY_PAUSE_S"])
    module.Patience = lambda: patience(first_s=longest_s, longest_s=longest_s, device_s=longest_s)


def _hurry_servers(module: Any) -> None:
    module.FIRST_RESTART_S = module.LONGEST_RESTART_S = float(os.environ["FAULTY_PAUSE_S"])


def _look_at_less(module: Any) -> None:
    module.IMAGE_SIZE = int(os.environ["FAULTY_INPUT_PX"])


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules like everybody else, and changes them when they have been loaded."""

    def __init__(self, changes: dict[str, Callable[[Any], None]]) -> None:
        self.changes = changes

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
        if name not in self.changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_change(module: ModuleType) -> None:
            load(module)
            self.changes[name](module)

        spec.loader.exec_module = load_and_change  # type: ignore[method-assign]  # that is the point
        return spec


changes: dict[str, Callable[[Any], None]] = {}
if "FAULTY_MODEL" in os.environ:
    changes |= {MODULE: _wrap}
if os.environ.get("FAULTY_PAUSE_S"):
    changes |= {ROOMS: _hurry_rooms, SERVERS: _hurry_servers}
if "FAULTY_INPUT_PX" in os.environ:
    changes |= {DETECTION: _look_at_less}
if changes:
    sys.meta_path.insert(0, _Finder(changes))
