"""A running Thumper that takes part in a benchmark of processor time."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contest import Cost
from benchmarks.machine import tree_cpu_s
from thumper.cli.client import ask
from thumper.domain.precision import Precision
from thumper.settings import Settings

DONE: Final = "{ status { images { completed failed } } }"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A running Thumper in one precision."""

    precision: Precision
    settings: Settings
    pids: tuple[int, ...]
    """Its processes, each with all below it."""

    async def drop(self, folder: Path) -> Cost:
        """Drop a card; return what all of Thumper took until its last row was committed."""
        before = await self._done()
        count = sum(1 for _ in folder.iterdir())
        began_cpu_s, began_s = self._cpu_s(), time.monotonic()
        await asyncio.to_thread(shutil.copytree, folder, self.settings.drop_dir / folder.name)
        left = count
        while left:
            await asyncio.sleep(0.5)
            left = before + count - await self._done()
        return Cost(self._cpu_s() - began_cpu_s, time.monotonic() - began_s)

    def _cpu_s(self) -> float:
        return sum(map(tree_cpu_s, self.pids))

    async def _done(self) -> int:
        images = (await ask(self.settings, DONE))["status"]["images"]
        if images["failed"]:
            raise RuntimeError(f"{images['failed']} photos failed; the time does not count")
        return int(images["completed"])
