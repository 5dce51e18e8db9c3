"""What the processes of a running Thumper hold while tens of thousands of photos are taken in: it must stay flat.

Cards are dropped one after the other, with clients that ask and follow. Every few seconds the memory that no other
process shares (USS), the open file handles and the sockets among them are counted, by kind of process. A line is fitted
to each after the first third, while caches fill. A soak that was stopped goes on where it was when it is given the same
folder; its lines are fitted anew, since the processes are new.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.copies import repeated, write_card
from benchmarks.live_commits import drop_unasked
from benchmarks.live_thumper import database_of
from benchmarks.unit_costs import kind_of
from thumper.settings import Settings

CARD: Final = 250
EVERY_S: Final = 5.0
WARM: Final = 1 / 3
"""Share of the samples that come before everything was used once."""
LEAST_SAMPLES: Final = 12
MOST_PER_IMAGE: Final = {"memory_bytes": 512.0, "handles": 0.0002, "sockets": 0.0002}
"""Slopes that count as flat: 51 MB, 20 handles and 20 sockets for 100,000 images. The watcher remembers each
file that it knows, in 0.3 kB."""
TABLE_FOLDERS: Final = ("base", "global")
"""Where PostgreSQL's tables and indexes lie in its data folder."""
TABLE_FILES: Final = "table files"
"""What PostgreSQL holds open of them is counted apart, without a limit: each of its processes keeps those that it
used open, up to `max_files_per_process`, and there are more of them the more tables and segments there are."""
DONE: Final = "SELECT count(*) FROM image WHERE processed_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Sample:
    """What each kind of process holds after a number of images."""

    images: int
    held: dict[str, dict[str, float]]


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return how much the second value grows for each one of the first, by least squares; 0 if the first stands."""
    if len({x for x, _ in samples}) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*samples, strict=True)).slope


@dataclass(slots=True)
class Soaked:
    """The samples of a soak, and what they amount to."""

    wanted: int
    before: int
    """Images that an earlier run had taken in."""
    samples: list[Sample] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def images(self) -> int:
        """How many this run took in."""
        return self.samples[-1].images - self.before if self.samples else 0

    def slopes(self) -> dict[str, dict[str, float]]:
        """Return by kind of process what an image adds once everything is warm."""
        warm = self.samples[round(WARM * len(self.samples)) :]
        kinds = sorted(set.intersection(*(set(each.held) for each in warm))) if warm else []
        return {
            kind: {
                what: slope([(each.images, each.held[kind][what]) for each in warm])
                for what in (*MOST_PER_IMAGE, TABLE_FILES)
            }
            for kind in kinds
        }

    @property
    def is_flat(self) -> bool:
        """Whether nothing grows by more than what counts as flat; never of a few samples."""
        slopes = self.slopes()
        flat = all(own[what] <= most for own in slopes.values() for what, most in MOST_PER_IMAGE.items())
        return bool(slopes) and flat and len(self.samples) >= LEAST_SAMPLES

    def report(self) -> dict[str, Any]:
        """Return it for people, slopes for every 100,000 images."""
        processes = {
            kind: {
                what: {
                    "first": round(self.samples[0].held.get(kind, {}).get(what, 0)),
                    "last": round(self.samples[-1].held[kind][what]),
                    "per 100,000 images": round(1e5 * grown, 1),
                }
                for what, grown in own.items()
            }
            for kind, own in self.slopes().items()
        }
        return {
            "images": self.images,
            "images before": self.before,
            "images wanted": self.wanted,
            "whole": self.before + self.images >= self.wanted,
            "minutes": round(self.seconds / 60, 1),
            "samples": len(self.samples),
            "flat": self.is_flat,
            "processes": processes,
        }


def held_now(root: psutil.Process) -> dict[str, dict[str, float]]:
    """Return what all processes below one hold, and itself, by kind."""
    held: dict[str, Counter[str]] = {}
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):  # it ended
            kind = kind_of(process)
            open_files = [_target(each) for each in Path(f"/proc/{process.pid}/fd").iterdir()]
            table_files = sum(_is_table_file(target) for target in open_files) if kind == "PostgreSQL" else 0
            own = held.setdefault(kind, Counter())
            own["memory_bytes"] += process.memory_full_info().uss
            own["handles"] += len(open_files) - table_files
            own["sockets"] += sum(target.startswith("socket:") for target in open_files)
            own[TABLE_FILES] += table_files
    return {
        kind: {what: float(own[what]) for what in (*MOST_PER_IMAGE, TABLE_FILES)}
        for kind, own in held.items()
    }


def _is_table_file(target: str) -> bool:
    return any(f"/{folder}/" in target for folder in TABLE_FOLDERS)


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # it was closed meanwhile
        return ""


async def soak(
    settings: Settings, photos: Sequence[Path], folder: Path, *, images: int, minutes: float
) -> Soaked:
    """Take in cards until there are as many images, or the time is over."""
    (up,) = [each for each in psutil.Process().children() if "up" in each.cmdline()]
    async with database_of(settings) as connection:
        soaked = Soaked(images, await connection.fetchval(DONE))
        began_s = time.monotonic()
        dropping = asyncio.create_task(_drop_cards(settings, photos, folder, soaked=soaked))
        while not dropping.done() and time.monotonic() - began_s < 60 * minutes:
            await asyncio.wait({dropping}, timeout=EVERY_S)
            soaked.samples.append(
                Sample(await connection.fetchval(DONE), await asyncio.to_thread(held_now, up))
            )
            soaked.seconds = time.monotonic() - began_s
        dropping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await dropping
    return soaked


async def _drop_cards(settings: Settings, photos: Sequence[Path], folder: Path, *, soaked: Soaked) -> None:
    """Drop cards whose names no earlier run has used."""
    done, number = soaked.before, 0
    while done < soaked.wanted:
        count = min(CARD, soaked.wanted - done)
        name = f"soak{time.time():.0f}-{number:05}"
        card = write_card(repeated(photos, count), name, folder=folder)
        try:
            await drop_unasked(settings, card)
        finally:
            shutil.rmtree(card)
        done, number = done + count, number + 1
