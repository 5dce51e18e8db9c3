"""The worker against what a user would take instead, in processor seconds an image: same photos, same model, one run.

    python -m benchmarks.worker SMALL_PHOTOS [LARGE_PHOTOS] [--photos 200] [--rounds 5]

Thumper's seconds are those of all its processes with its PostgreSQL and Redis, from the first byte that is copied into
the drop folder to the last committed row: hash, EXIF, thumbnail, database and feed besides. Rivals detect and count.
Everybody's start-up is subtracted. Thumper counts only when its boxes are those of the reference, which is ultralytics'
own API, one photo at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg
import psutil

from benchmarks.copies import write_card
from benchmarks.live_thumper import running
from benchmarks.machine import Others, describe, disturbed, tree_cpu_s
from benchmarks.yolo_predict import run_yolo
from thumper.cli.client import ask
from thumper.embedded.servers import find_running
from thumper.settings import Settings
from thumper.weights import resolve

CORES: Final = len(os.sched_getaffinity(0))
BATCHES: Final = (1, 16)
DONE: Final = "{ status { images { completed failed } } }"
BOXES: Final = """
SELECT file_name, label, confidence, x, y, detection.width, detection.height
FROM detection JOIN image ON image.id = image_id WHERE file_name = ANY($1) ORDER BY image_id, ordinal
"""
CONFIDENCE_ROOM, EDGE_ROOM = 0.02, 0.01
"""How far an exact engine may be from the reference: in confidence, and in a share of the photo's side."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run over all photos took."""

    cpu_s: float
    wall_s: float

    def less(self, start: Cost) -> Cost:
        """Give it without start-up."""
        return Cost(self.cpu_s - start.cpu_s, self.wall_s - start.wall_s)


Run: TypeAlias = Callable[[Path], None]
"""A rival looks at every photo of a folder."""
Boxes: TypeAlias = dict[str, list[list[float]]]
"""Class number, confidence and x1, y1, x2, y2 as shares of the photo of every box, by file name."""


@dataclass(slots=True)
class Results:
    """The costs of every round by contestant."""

    photos: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    boxes: int = 0

    def add(self, name: str, cost: Cost) -> None:
        """Keep one."""
        self.costs.setdefault(name, []).append(cost)

    def report(self) -> dict[str, object]:
        """Give processor milliseconds an image and images a second; the ratio is the best rival's over Thumper's."""
        cpu_ms = {name: self._median(name, lambda cost: 1000 * cost.cpu_s) for name in self.costs}
        rate = {name: 1 / self._median(name, lambda cost: cost.wall_s) for name in self.costs}
        rivals = [name for name in self.costs if name not in ("Thumper", "bare forward")]
        best = min(rivals, key=lambda name: cpu_ms[name])
        return {
            "photos": self.photos,
            "rounds": len(self.costs["Thumper"]),
            "boxes_equal_to_the_reference": self.boxes,
            "cpu_ms_per_image": {name: round(value, 1) for name, value in cpu_ms.items()},
            "images_per_s": {name: round(value, 1) for name, value in rate.items()},
            "best_rival": best,
            "cpu_ratio_to_best_rival": round(cpu_ms[best] / cpu_ms["Thumper"], 2),
            "share_of_bare_forward": round(cpu_ms["bare forward"] / cpu_ms["Thumper"], 2),
            "disturbed_rounds": disturbed(self.shares),
        }

    def _median(self, name: str, value: Callable[[Cost], float]) -> float:
        return statistics.median(value(cost) / self.photos for cost in self.costs[name])


def rivals(model: Path, scratch: Path) -> dict[str, Run]:
    """Give who runs: at their defaults, and the API also tuned to all cores."""

    def api(batch: int, threads: int) -> Run:
        command = [sys.executable, "-m", "benchmarks.ultralytics_rival", str(model)]
        return lambda folder: _quietly([*command, str(folder), str(batch), str(threads)])

    contestants: dict[str, Run] = {"yolo predict": lambda folder: _predict(model, folder, scratch)}
    for batch in BATCHES:
        contestants[f"ultralytics API, batch {batch}"] = api(batch, 0)
        contestants[f"ultralytics API, batch {batch}, {CORES} threads"] = api(batch, CORES)
        contestants[f"ultralytics API, batch {batch}, 1 thread"] = api(batch, 1)
    return contestants


def _predict(model: Path, folder: Path, scratch: Path) -> None:
    run_yolo(model, folder, into=scratch / "yolo", options=("imgsz=640",))


def _quietly(command: list[str]) -> None:
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    if int(told.stdout.split()[-1]) == 0:
        raise RuntimeError(f"{command} found nothing; its time does not count")


def cost_of(run: Run, folder: Path) -> Cost:
    """Measure what the child processes of a run take."""
    before, began_s = _children_s(), time.monotonic()
    run(folder)
    return Cost(_children_s() - before, time.monotonic() - began_s)


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def measure(photos: list[Path], *, rounds: int) -> Results:
    """Run every round, all contestants in each."""
    results = Results(len(photos))
    model = resolve(Settings()).path
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        one = write_card(photos[:1], "one", folder=scratch)
        contestants = rivals(model, scratch)
        start = {
            rival: _median_cost([cost_of(run, one) for _ in range(3)]) for rival, run in contestants.items()
        }
        (scratch / "home").mkdir()
        async with running(scratch / "home") as settings:
            (up,) = psutil.Process().children()
            for number in range(rounds):
                others = Others()
                folder = write_card(photos, f"round-{number}", folder=scratch)
                results.add("Thumper", await drop(settings, folder, up=up.pid))
                for rival, run in contestants.items():
                    cost = await asyncio.to_thread(cost_of, run, folder)
                    results.add(rival, cost.less(start[rival]))
                results.add("bare forward", await asyncio.to_thread(bare_forward, folder, len(photos)))
                results.shares.append(others.share())
                if number == 0:
                    reference = await asyncio.to_thread(reference_of, model, folder)
                    results.boxes = await equal_boxes(settings, reference)
                shutil.rmtree(folder)
    return results


async def drop(settings: Settings, folder: Path, *, up: int) -> Cost:
    """Drop a card; give what all of Thumper took until its last row was committed."""
    before = await _done(settings)
    count = sum(1 for _ in folder.iterdir())
    began_cpu_s, began_s = tree_cpu_s(up), time.monotonic()
    await asyncio.to_thread(shutil.copytree, folder, settings.drop_dir / folder.name)
    left = count
    while left:
        await asyncio.sleep(0.5)
        left = before + count - await _done(settings)
    return Cost(tree_cpu_s(up) - began_cpu_s, time.monotonic() - began_s)


async def _done(settings: Settings) -> int:
    images = (await ask(settings, DONE))["status"]["images"]
    if images["failed"]:
        raise RuntimeError(f"{images['failed']} photos failed; the time does not count")
    return int(images["completed"])


def bare_forward(folder: Path, photos: int) -> Cost:
    """Measure the forward passes alone."""
    command = [sys.executable, "-m", "benchmarks.bare_forward", str(folder), str(photos), str(CORES)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Cost(told["cpu_s"], told["wall_s"])


def reference_of(model: Path, folder: Path) -> Boxes:
    """Have ultralytics look at every photo by itself."""
    answers = folder.parent / "answers.json"
    command = [sys.executable, "-m", "benchmarks.ultralytics_rival", str(model), str(folder), "1", "1"]
    subprocess.run([*command, str(answers)], check=True, capture_output=True)
    found: Boxes = json.loads(answers.read_text())
    return found


async def equal_boxes(settings: Settings, reference: Boxes) -> int:
    """Compare what was stored with the reference; give the number of boxes. Raises `RuntimeError` at a difference."""
    servers = find_running(settings)
    if servers is None:
        raise RuntimeError("Thumper's database is gone")
    connection = await asyncpg.connect(servers.database_url)
    rows = await connection.fetch(BOXES, list(reference))
    labels = [row["labels"] for row in await connection.fetch("SELECT labels FROM detector WHERE current")]
    await connection.close()
    numbers = {label: number for number, label in enumerate(json.loads(labels[0]))}
    stored: Boxes = {name: [] for name in reference}
    for name, label, confidence, x, y, width, height in rows:
        stored[name].append([numbers[label], confidence, x, y, x + width, y + height])
    for name, expected in reference.items():
        if not _agree(sorted(stored[name]), sorted(expected)):
            raise RuntimeError(f"{name} has other boxes than the reference; the time does not count")
    return len(rows)


def _agree(ours: list[list[float]], theirs: list[list[float]]) -> bool:
    """Whether both are the same boxes in the same order of class and confidence."""
    return len(ours) == len(theirs) and all(
        mine[0] == other[0]
        and abs(mine[1] - other[1]) <= CONFIDENCE_ROOM
        and all(abs(a - b) <= EDGE_ROOM for a, b in zip(mine[2:], other[2:], strict=True))
        for mine, other in zip(ours, theirs, strict=True)
    )


def _median_cost(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.cpu_s for c in costs), statistics.median(c.wall_s for c in costs))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("small", type=Path, help="folder of small JPEG photos")
    parser.add_argument("large", type=Path, nargs="?", help="folder of large JPEG photos")
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(describe())
    for name in ("small", "large"):
        folder = getattr(options, name)
        if folder is not None:
            photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
            results = asyncio.run(measure(photos[: options.photos], rounds=options.rounds))
            print(json.dumps({name: results.report()}, indent=2))


if __name__ == "__main__":
    main()
