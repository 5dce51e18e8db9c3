"""A running Thumper that takes part in a benchmark of processor time."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.contest import Cost
from benchmarks.live_thumper import follow_card
from benchmarks.machine import tree_cpu_s
from benchmarks.peak_memory import PeakMemory, below
from thumper.domain.precision import Precision
from thumper.settings import Settings


@dataclass(frozen=True, slots=True)
class Contestant:
    """A running Thumper in one precision."""

    precision: Precision
    settings: Settings
    pids: tuple[int, ...]
    """Its processes, each with all below it."""

    async def drop(self, folder: Path) -> Cost:
        """Drop a card of new photos; return what all of Thumper took until its last row was committed.

        Raises `RuntimeError` when one fails, or nothing happens for long.
        """
        began_cpu_s, began_s = self._cpu_s(), time.monotonic()
        memory = PeakMemory()
        with memory.of(self._worker):
            await asyncio.to_thread(shutil.copytree, folder, self.settings.drop_dir / folder.name)
            async for _ in follow_card(self.settings, folder, every_s=0.5):
                pass
        return Cost(self._cpu_s() - began_cpu_s, time.monotonic() - began_s, memory.mb)

    def _worker(self) -> list[psutil.Process]:
        """Return the process that holds the model, and its decoding children."""
        every = [process for pid in self.pids for process in below(pid)]
        return [each for process in every if "work" in process.cmdline() for each in below(process.pid)]

    def _cpu_s(self) -> float:
        return sum(map(tree_cpu_s, self.pids))
