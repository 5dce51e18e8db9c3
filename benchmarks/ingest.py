"""Ingestion in figures: what is found, what a rescan, a row, a known file and 100,000 files cost.

    python -m benchmarks.ingest [found] [rescan] [register] [memory] [redrop]

Each part runs Thumper and its rival in one run, round by round in turn; without a name all parts run.
Rounds in which other programs used more than 5 % of the machine are named: their figures are not to be
believed by themselves. Everything is written below one temporary folder (less than 2 GB), which is removed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from benchmarks import finding, redropping, registering, remembering, rescanning
from benchmarks.live_watcher import embedded, fresh_database
from benchmarks.machine import describe
from thumper.settings import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """What a part is asked for."""

    settings: Settings
    """Those of the running servers."""
    folder: Path
    files: int
    rounds: int
    photos: Sequence[Path] = ()
    """Real JPEGs for the re-drop; drawn ones without."""


async def _found(task: Task) -> dict[str, Any]:
    return (await finding.measure(task.settings, task.folder, files=task.files, rounds=task.rounds)).report()


async def _rescan(task: Task) -> dict[str, Any]:
    rescans = await asyncio.to_thread(rescanning.measure, task.folder, files=task.files, rounds=task.rounds)
    return rescans.report()


async def _register(task: Task) -> dict[str, Any]:
    async with fresh_database(task.settings, task.folder / "register") as own:
        return (await registering.measure(own, files=task.files, rounds=task.rounds)).report()


async def _memory(task: Task) -> dict[str, Any]:
    return (await remembering.measure(task.settings, task.folder, files=task.files)).report()


async def _redrop(task: Task) -> dict[str, Any]:
    jpegs = [path.read_bytes() for path in task.photos]
    redrops = await redropping.measure(
        task.settings, task.folder, files=task.files, rounds=task.rounds, jpegs=jpegs
    )
    report = {size: own.report() for size, own in redrops.items()}
    return {**report, "hashing_mb_per_s": redropping.hashing_mb_per_s()}


PARTS: Final[dict[str, tuple[Callable[[Task], Awaitable[dict[str, Any]]], int, int]]] = {
    "found": (_found, 10_000, 3),
    "rescan": (_rescan, 100_000, 9),
    "register": (_register, 50_000, 7),
    "memory": (_memory, 100_000, 1),
    "redrop": (_redrop, 2_000, 5),
}
"""Each part with its number of files and of rounds."""


async def run(
    part: str,
    where: Path,
    *,
    files: int | None = None,
    rounds: int | None = None,
    photos: Sequence[Path] = (),
) -> dict[str, Any]:
    """Run one part on servers of its own, and remove them. Returns what to print."""
    measure, most_files, most_rounds = PARTS[part]
    with tempfile.TemporaryDirectory(dir=where, prefix="thumper-bench-") as name:
        folder = Path(name) / part
        folder.mkdir()
        async with embedded(Path(name) / "servers") as settings:
            return await measure(Task(settings, folder, files or most_files, rounds or most_rounds, photos))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="all when none is named")
    parser.add_argument("--files", type=int, help="fewer, to try it")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--photos", type=Path, help="folder of JPEG photos to re-drop instead of drawn ones")
    parser.add_argument("--where", type=Path, default=Path(tempfile.gettempdir()), help="folder to write in")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    photos = sorted(options.photos.glob("*.jpg")) if options.photos else []
    print(describe())
    for part in options.part or PARTS:
        report = asyncio.run(
            run(part, options.where, files=options.files, rounds=options.rounds, photos=photos)
        )
        print(json.dumps({part: report}, indent=2), flush=True)


if __name__ == "__main__":
    main()
