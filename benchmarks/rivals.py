"""Who else detects in a folder of photos: at their defaults, and tuned to all cores.

Tuned means one process with a thread for every core, or a process for every core with one thread each. `yolo predict`
cannot be told so; tuned, it is ultralytics' API.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.bound_process import bound
from benchmarks.contest import CORES, Run
from benchmarks.megadetector_rival import MegaDetector
from benchmarks.yolo_predict import run_yolo

BATCHES: Final = (1, 16)


def rivals(model: Path, scratch: Path, megadetector: MegaDetector | None) -> dict[str, Run]:
    """Return how each looks at a folder, by name."""

    def api(batch: int, threads: int) -> Callable[[Path], list[str]]:
        command = [sys.executable, "-m", "benchmarks.ultralytics_rival", str(model)]
        return lambda folder: [*command, str(folder), str(batch), str(threads)]

    found: dict[str, Run] = {"yolo predict": lambda folder: _predict(model, folder, scratch)}
    for batch in BATCHES:
        name = f"ultralytics API, batch {batch}"
        found[name] = partial(_run, api(batch, 0), 1)
        found[f"{name}, {CORES} threads"] = partial(_run, api(batch, CORES), 1)
        found[f"{name}, {CORES} processes"] = partial(_run, api(batch, 1), CORES)
    if megadetector is not None:
        found["MegaDetector"] = megadetector.run
        found[f"MegaDetector, {CORES} processes"] = partial(megadetector.run, processes=CORES)
    return found


def _predict(model: Path, folder: Path, scratch: Path) -> None:
    run_yolo(model, folder, into=scratch / "yolo", options=("imgsz=640",))


def _run(command: Callable[[Path], list[str]], processes: int, folder: Path) -> None:
    """Have a number of processes look at a share of the photos each. Raises `RuntimeError` if one of them fails."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        running = [
            subprocess.Popen(bound(command(share)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for share in _shares(folder, Path(scratch), processes)
        ]
        codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError(f"a rival ended with {codes}; its time does not count")


def _shares(folder: Path, scratch: Path, processes: int) -> list[Path]:
    shares = [scratch / str(number) for number in range(processes)]
    for number, share in enumerate(shares):
        share.mkdir()
        for photo in sorted(folder.iterdir())[number::processes]:
            os.link(photo, share / photo.name)
    return shares
