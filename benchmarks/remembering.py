"""How much memory the watcher's process needs for files that all come at once, and for remembering them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.live_watcher import fresh_database, watching
from benchmarks.photo_tree import CARDS, drawn_jpeg, write_cards
from thumper.settings import Settings


@dataclass(slots=True)
class Peaks:
    """Peak resident bytes by number of files: while they are found and admitted, and after a restart."""

    admitting: dict[int, int] = field(default_factory=dict)
    restarted: dict[int, int] = field(default_factory=dict)

    def report(self) -> dict[str, Any]:
        """Return megabytes, and how many bytes one more file costs."""
        few, many = sorted(self.admitting)
        return {
            "found_and_admitted_mb": {files: round(peak / 1e6) for files, peak in self.admitting.items()},
            "after_restart_mb": {files: round(peak / 1e6) for files, peak in self.restarted.items()},
            "bytes_for_one_more_file": round((self.admitting[many] - self.admitting[few]) / (many - few)),
        }


async def measure(settings: Settings, folder: Path, *, files: int) -> Peaks:
    """Start a watcher on a folder that is full already: half of the cards, then all, each from nothing."""
    cards = folder / "many"
    await asyncio.to_thread(write_cards, cards, [drawn_jpeg("tiny")], files=files)
    peaks = Peaks()
    await _admit(settings, folder / "half", peaks, cards=sorted(cards.iterdir())[: CARDS // 2])
    await _admit(settings, folder / "all", peaks, cards=sorted(cards.iterdir()))
    return peaks


async def _admit(settings: Settings, home: Path, peaks: Peaks, *, cards: Sequence[Path]) -> None:
    """Have some cards admitted and remembered, then put them back."""
    async with fresh_database(settings, home) as own:
        own.drop_dir.mkdir()
        for card in cards:
            card.rename(own.drop_dir / card.name)
        files = sum(1 for _ in own.drop_dir.rglob("*.JPG"))
        async with watching(own) as watcher:
            await watcher.until(lambda count: count.settled >= files, every_s=0.5)
            count = await watcher.count()
            if count.stored != files:
                raise RuntimeError(f"{count.stored} of {files} photos were stored")
            peaks.admitting[files] = watcher.peak_bytes()
        async with watching(own) as watcher:
            await watcher.sql.execute("UPDATE source SET last_scan_at = NULL")
            await watcher.until_watching()
            peaks.restarted[files] = watcher.peak_bytes()
        for card in cards:
            (own.drop_dir / card.name).rename(card)
    shutil.rmtree(home)
