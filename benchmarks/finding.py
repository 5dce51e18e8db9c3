"""How many of the files that `cp` writes into new folders are found, by Thumper and by bare events."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.bare_watchdog import QUIET_S
from benchmarks.bound_process import bound
from benchmarks.live_watcher import fresh_database, watching
from benchmarks.machine import Others, disturbed
from benchmarks.photo_tree import drawn_jpeg, write_cards
from thumper.settings import Settings

CONTROLS: Final = ("closed", "created")
"""Kinds of events that a bare handler would rely on."""


@dataclass(slots=True)
class Found:
    """What every round came to. Times are seconds since `cp` ended."""

    files: int
    copy_s: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    found_after_s: list[float] = field(default_factory=list)
    stored_after_s: list[float] = field(default_factory=list)
    controls: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in CONTROLS})
    others: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return shares of the files, the worst of all rounds, and median times."""
        return {
            "files": self.files,
            "rounds": len(self.others),
            "thumper_found": min(self.found) / self.files,
            "thumper_stored": min(self.stored) / self.files,
            **{f"watchdog_{kind}": min(counts) / self.files for kind, counts in self.controls.items()},
            "cp_s": round(statistics.median(self.copy_s), 2),
            "all_found_after_s": round(statistics.median(self.found_after_s), 2),
            "all_stored_after_s": round(statistics.median(self.stored_after_s), 2),
            "disturbed_rounds": disturbed(self.others),
        }


async def measure(
    settings: Settings, folder: Path, *, files: int, rounds: int, quiet_s: float = QUIET_S
) -> Found:
    """Copy the same cards for each contestant in turn, into a new drop folder every time.

    The bare handlers are asked when no event has come for `quiet_s`.
    """
    cards = folder / "cards"
    await asyncio.to_thread(write_cards, cards, [drawn_jpeg("tiny")], files=files)
    found = Found(files)
    for number in range(rounds):
        others = Others()
        await _thumper(found, settings, home=folder / f"found-{number}", cards=cards)
        for kind in CONTROLS:
            drop = folder / f"{kind}-{number}"
            found.controls[kind].append(
                await asyncio.to_thread(_bare, kind, drop, cards=cards, quiet_s=quiet_s)
            )
        found.others.append(others.share())
    return found


async def _thumper(found: Found, settings: Settings, *, home: Path, cards: Path) -> None:
    """Have the real watcher find and admit all; what it missed until a rescan is found by that."""
    async with fresh_database(settings, home) as own, watching(own) as watcher:
        await watcher.until_watching()
        found.copy_s.append(await asyncio.to_thread(_copy, cards, watcher.drop))
        copied_s = time.monotonic()
        await watcher.until(lambda count: count.found >= found.files)
        found.found_after_s.append(time.monotonic() - copied_s)
        await watcher.until(lambda count: count.settled >= found.files)
        found.stored_after_s.append(time.monotonic() - copied_s)
        count = await watcher.count()
        found.found.append(count.found)
        found.stored.append(count.stored)
    await asyncio.to_thread(_remove, home)


def _bare(kind: str, drop: Path, *, cards: Path, quiet_s: float) -> int:
    """Return how many files a bare handler hears of by one kind of event."""
    drop.mkdir()
    with subprocess.Popen(
        bound([sys.executable, "-m", "benchmarks.bare_watchdog", str(drop), kind, str(quiet_s)]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as handler:
        if handler.stdout is None or handler.stdout.readline().strip() != "ready":
            raise RuntimeError("the bare handler did not start")
        _copy(cards, drop)
        counted, _ = handler.communicate()
    _remove(drop)
    return int(counted)


def _copy(cards: Path, drop: Path) -> float:
    """Copy with cp, which makes each folder and fills it at once; return the seconds."""
    began_s = time.monotonic()
    subprocess.run(["cp", "-r", *sorted(cards.iterdir()), drop], check=True)
    return time.monotonic() - began_s


def _remove(folder: Path) -> None:
    subprocess.run(["rm", "-rf", folder], check=True)
