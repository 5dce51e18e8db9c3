"""What the same card costs when it is dropped again: milliseconds a known file, no job, no new image."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.live_watcher import Watcher, fresh_database, watching
from benchmarks.machine import Others, disturbed
from benchmarks.photo_tree import drawn_jpeg, write_cards
from thumper.settings import Settings

_TOOK = """
SELECT extract(epoch FROM max(settled_at) - min(seen_at))::float8 FROM file
WHERE path >= $1 AND path < $1 || '\\xff'::bytea
"""
_WORK = "SELECT (SELECT count(*) FROM job) AS jobs, (SELECT count(*) FROM image) AS images"


@dataclass(slots=True)
class Redrops:
    """Milliseconds a file in every round, for photos of one size; the watcher's peak memory by then in bytes."""

    files: int
    mean_bytes: float
    peak_bytes: int = 0
    ms: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return medians and what hashing alone would cost."""
        file_ms = statistics.median(self.ms)
        return {
            "files": self.files,
            "mean_kb": round(self.mean_bytes / 1000),
            "rounds": len(self.ms),
            "ms_per_known_file": round(file_ms, 2),
            "by_round": [round(ms, 2) for ms in self.ms],
            "mb_per_s": round(self.mean_bytes / 1000 / file_ms),
            "watcher_peak_mb": round(self.peak_bytes / 1e6),
            "disturbed_rounds": disturbed(self.others),
        }


def hashing_mb_per_s() -> int:
    """Return how fast one core hashes, the floor under any re-drop."""
    block = bytes(8_000_000)
    began_s = time.perf_counter()
    for _ in range(10):
        hashlib.sha256(block).digest()
    return round(80 / (time.perf_counter() - began_s))


async def measure(
    settings: Settings, folder: Path, *, files: int, rounds: int, jpegs: Sequence[bytes] = ()
) -> dict[str, Redrops]:
    """Drop a card of small photos and one of large ones, then both again and again under other names."""
    small, large = folder / "small", folder / "large"
    write_cards(small, jpegs or [drawn_jpeg("small")], files=files)
    write_cards(large, [drawn_jpeg("large")], files=max(files // 20, 1))
    redrops = {"small": _redrops(small), "large": _redrops(large)}
    async with fresh_database(settings, folder / "redrop") as own, watching(own) as watcher:
        await watcher.until_watching()
        for name, card in (("small", small), ("large", large)):
            await _drop(watcher, card, name=f"{name} first", files=redrops[name].files)
        known = await watcher.sql.fetchrow(_WORK)
        for number in range(rounds):
            for name, card in (("small", small), ("large", large)):
                others = Others()
                took_s = await _drop(watcher, card, name=f"{name} {number}", files=redrops[name].files)
                redrops[name].ms.append(1000 * took_s / redrops[name].files)
                redrops[name].others.append(others.share())
                redrops[name].peak_bytes = watcher.peak_bytes()
        if await watcher.sql.fetchrow(_WORK) != known:
            raise RuntimeError("known photos made new images or jobs")
    return redrops


def _redrops(card: Path) -> Redrops:
    sizes = [path.stat().st_size for path in card.rglob("*.JPG")]
    return Redrops(len(sizes), statistics.mean(sizes))


async def _drop(watcher: Watcher, card: Path, *, name: str, files: int) -> float:
    """Let a copy of a card appear at once; return the seconds from found to settled without the wait between looks.

    PostgreSQL's clock counts, from the first row to the last settlement.
    """
    copy = watcher.settings.home / name
    await asyncio.to_thread(shutil.copytree, card, copy)
    before = (await watcher.count()).settled
    copy.rename(watcher.drop / name)
    await watcher.until(lambda count: count.settled >= before + files)
    took_s: float = await watcher.sql.fetchval(_TOOK, f"{name}/".encode())
    await asyncio.to_thread(shutil.rmtree, watcher.drop / name)
    return took_s - watcher.settings.look_s
