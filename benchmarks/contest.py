"""What contestants cost, round by round, and what that makes of them."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import psutil

from benchmarks.machine import disturbed
from benchmarks.peak_memory import PeakMemory, below, median_mb

CORES: Final = len(os.sched_getaffinity(0))

STARTED: Final = max(2, CORES)
"""Photos of the runs by which start-up is measured, one for every process: what they take is not the start's."""

Run: TypeAlias = Callable[[Path], object]
"""A rival looks at every photo of a folder."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run over all photos took."""

    cpu_s: float
    wall_s: float
    peak_mb: float = 0.0
    """Most memory at a time; of Thumper that of the worker with its decoding children, of a rival all its own."""

    def less(self, start: Cost, *, photos: int) -> Cost:
        """Return what a run over all photos takes without start-up; `start` is a run over the first `STARTED`."""
        share = photos / (photos - STARTED)
        return Cost((self.cpu_s - start.cpu_s) * share, (self.wall_s - start.wall_s) * share, self.peak_mb)

    @classmethod
    def median(cls, costs: list[Cost]) -> Cost:
        """Return the median of both."""
        return cls(statistics.median(c.cpu_s for c in costs), statistics.median(c.wall_s for c in costs))


def cost_of(run: Run, folder: Path) -> Cost:
    """Measure what the child processes of a run take."""
    before, began_s = _children_s(), time.monotonic()
    others = {process.pid for process in psutil.Process().children()}

    def own() -> list[psutil.Process]:
        new = [process for process in psutil.Process().children() if process.pid not in others]
        return [each for process in new for each in below(process.pid)]

    memory = PeakMemory()
    with memory.of(own):
        run(folder)
    return Cost(_children_s() - before, time.monotonic() - began_s, memory.mb)


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass(slots=True)
class Results:
    """The costs of every round by contestant: rivals, Thumper in each precision, and its engine's bare forward pass."""

    photos: int
    rivals: dict[str, list[Cost]] = field(default_factory=dict)
    thumper: dict[str, list[Cost]] = field(default_factory=dict)
    bare: dict[str, list[Cost]] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        """Return processor milliseconds an image and images a second; ratios are the best rival's over Thumper's."""
        rivals, thumper, bare = (
            {name: self._cpu_ms(costs) for name, costs in group.items()}
            for group in (self.rivals, self.thumper, self.bare)
        )
        best = min(rivals, key=lambda name: rivals[name])
        every = {
            **{f"Thumper {name}": costs for name, costs in self.thumper.items()},
            **self.rivals,
            **{f"bare forward {name}": costs for name, costs in self.bare.items()},
        }
        return {
            "photos": self.photos,
            "rounds": len(self.shares),
            "cpu_ms_per_image": {name: round(self._cpu_ms(costs), 1) for name, costs in every.items()},
            "images_per_s": {name: round(self._rate(costs), 1) for name, costs in every.items()},
            "peak_memory_mb": {
                name: median_mb(c.peak_mb for c in costs) for name, costs in every.items() if costs[0].peak_mb
            },
            "engines": self.engines,
            "best_rival": best,
            "cpu_ratio_to_best_rival": {name: round(rivals[best] / ms, 2) for name, ms in thumper.items()},
            "share_of_bare_forward": {name: round(bare[name] / ms, 2) for name, ms in thumper.items()},
            "others_share_of_the_machine": [round(share, 2) for share in self.shares],
            "disturbed_rounds": disturbed(self.shares),
        }

    def _cpu_ms(self, costs: list[Cost]) -> float:
        return 1000 * Cost.median(costs).cpu_s / self.photos

    def _rate(self, costs: list[Cost]) -> float:
        return self.photos / Cost.median(costs).wall_s
