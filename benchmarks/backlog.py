"""A backlog of thousands of photos, by one worker and by two on one database.

    python -m benchmarks.backlog FOLDER_OF_JPEGS [--photos 2000] [--rounds 2] [--precision fp32|bf16]

The photos are dropped again and again with new bytes, in every round once for one worker and once for two, who take
turns in going first. It tells the rate, what the backlog of the replaced system would take at that rate, and what an
image costs: processor time with one and with two workers, by process with one, and bytes. Both workers work on one
database; it stops if a job was claimed twice, or the second worker stood by.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from benchmarks.bound_process import bound
from benchmarks.contest import Cost
from benchmarks.contestant import Contestant
from benchmarks.copies import repeated, write_card
from benchmarks.live_thumper import database_of, running, servers_of
from benchmarks.machine import Others, describe, disturbed, tree_cpu_s
from benchmarks.unit_costs import bytes_per_image, spent_ms
from thumper.cli.client import ask
from thumper.domain.precision import Precision
from thumper.settings import Settings

BACKLOG: Final = 35_234
"""Photos that waited in the replaced system."""
ITS_MINUTES: Final = 240
"""What the replaced system needed for them, on the processor."""
SEED: Final = 300
"""Photos that fp32 sees before another precision works: they hold enough boxes to compare."""
LEAST_SHARE: Final = 0.2
"""Share of the work below which the second worker only stood by."""
READY: Final = """
SELECT count(*) FROM process WHERE role = 'work' AND state = 'idle' AND heartbeat_at > now() - interval '12 seconds'
"""
COUNTS: Final = """
SELECT (SELECT count(*) FROM image) AS images, (SELECT count(*) FROM detection_run) AS runs,
    (SELECT count(*) FROM job) AS jobs, (SELECT count(*) FROM job WHERE attempts <> 1) AS claimed_again
"""
# Claims tell whether a job ran twice; its second run would not be stored, so runs cannot tell.
STAGES: Final = "{ status { worker { stages { stage millisecondsPerImage } } } }"


@dataclass(slots=True)
class Costs:
    """What every round took, by the number of workers, and with one by process."""

    photos: int
    by_workers: dict[int, list[Cost]] = field(default_factory=lambda: {1: [], 2: []})
    by_process: Counter[str] = field(default_factory=Counter)
    stages_ms: dict[str, float] = field(default_factory=dict)
    """What the worker says that its stages take of an image, on the clock; writing goes on beside the next batch."""
    shares: list[float] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        """Return rates and processor milliseconds an image, medians of the rounds; those by process are means."""
        one, two = self.by_workers[1], self.by_workers[2]
        rate = {number: self.photos / Cost.median(each).wall_s for number, each in self.by_workers.items()}
        cpu_ms = {
            number: 1000 * Cost.median(each).cpu_s / self.photos for number, each in self.by_workers.items()
        }
        return {
            "photos": self.photos,
            "images_per_s": {number: round(value, 1) for number, value in rate.items()},
            "minutes_for_the_backlog": {
                number: round(BACKLOG / value / 60, 1) for number, value in rate.items()
            },
            "minutes_of_the_replaced_system": ITS_MINUTES,
            "cpu_ms_per_image": {number: round(value, 1) for number, value in cpu_ms.items()},
            "two_workers_to_one": round(
                statistics.median(both.cpu_s / alone.cpu_s for alone, both in zip(one, two, strict=True)), 3
            ),
            "cpu_ms_per_image_by_process": {
                name: round(spent_ms / self.photos / len(one), 2)
                for name, spent_ms in self.by_process.most_common()
            },
            "worker_stages_ms": self.stages_ms,
            "disturbed_rounds": disturbed(self.shares),
        }


async def measure(photos: list[Path], *, rounds: int, precision: Precision) -> dict[str, object]:
    """Run every round, with one worker and with two. Raises `RuntimeError` if a job ran twice."""
    costs = Costs(len(photos))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        if precision is not Precision.FP32:
            await _see_in_fp32(home, photos[:SEED])
        async with running(home, {"THUMPER_PRECISION": precision.value}) as settings:
            (up,) = psutil.Process().children()
            backlog = Backlog(settings.model_copy(update={"precision": precision}), up.pid)
            for number in range(rounds):
                noise = Others()
                for workers in (1, 2) if number % 2 == 0 else (2, 1):
                    card = write_card(photos, f"{workers}-{number}", folder=Path(name))
                    await backlog.drop(card, workers, costs)
                    shutil.rmtree(card)
                costs.shares.append(noise.share())
            async with database_of(settings) as connection:
                counts = await connection.fetchrow(COUNTS)
                sizes = await bytes_per_image(connection, home)
    if counts["claimed_again"] or not counts["images"] == counts["runs"] == counts["jobs"]:
        raise RuntimeError(f"jobs ran twice, or not at all: {dict(counts)}")
    told = {"images": counts["images"], "jobs_claimed_again": counts["claimed_again"]}
    return costs.report() | told | {"bytes_per_image": sizes}


async def _see_in_fp32(home: Path, photos: list[Path]) -> None:
    """Have the reference look at photos: another precision has to agree with it on them."""
    async with running(home) as settings:
        card = write_card(photos, "seed", folder=home.parent)
        await Contestant(Precision.FP32, settings, ()).drop(card)


@dataclass(frozen=True, slots=True)
class Backlog:
    """A running Thumper with a worker of its own, which may get help."""

    settings: Settings
    up: int

    async def drop(self, card: Path, workers: int, costs: Costs) -> None:
        """Have one worker or two look at a card. Raises `RuntimeError` if the second left the work to the first."""
        precision = self.settings.precision
        if workers == 1:
            before = spent_ms(self.up)
            costs.by_workers[1].append(await Contestant(precision, self.settings, (self.up,)).drop(card))
            costs.by_process += spent_ms(self.up) - before
            stages = (await ask(self.settings, STAGES))["status"]["worker"]["stages"]
            costs.stages_ms = {stage["stage"]: round(stage["millisecondsPerImage"], 2) for stage in stages}
            return
        async with second_worker(self.settings) as pid:
            began_s, all_began_s = tree_cpu_s(pid), tree_cpu_s(self.up)
            both = Contestant(precision, self.settings, (self.up, pid))
            costs.by_workers[2].append(await both.drop(card))
            own_s, others_s = tree_cpu_s(pid) - began_s, tree_cpu_s(self.up) - all_began_s
        if own_s < LEAST_SHARE * (own_s + others_s):
            raise RuntimeError(
                f"the second worker took only {own_s:.1f} of {own_s + others_s:.1f} seconds: drop more photos, for a"
                f" worker that nobody woke looks for work every {self.settings.poll_every_s:g} seconds"
            )


@contextlib.asynccontextmanager
async def second_worker(settings: Settings) -> AsyncIterator[int]:
    """Run one more worker on the same database and give its process id, once both wait for work."""
    servers = servers_of(settings)
    joined = settings.model_copy(
        update={"database_url": servers.database_url, "redis_url": servers.redis_url}
    )
    process = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
        bound([sys.executable, "-P", "-m", "thumper", "work"]),
        env=joined.as_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(120), database_of(settings) as connection:
            waiting = 0
            while waiting != 2:  # both
                await asyncio.sleep(0.5)
                waiting = await connection.fetchval(READY)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of JPEG photos")
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precision", type=Precision, choices=list(Precision), default=Precision.FP32)
    options = parser.parse_args()
    found = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    print(describe())
    photos = repeated(found, options.photos)
    told = asyncio.run(measure(photos, rounds=options.rounds, precision=options.precision))
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
