"""A backlog of thousands of photos, by one worker and by two on one database.

    python -m benchmarks.backlog FOLDER_OF_JPEGS [--photos 2000] [--rounds 2]

The photos are dropped again and again with new bytes, in every round once for one worker and once for two, who take
turns in going first. It tells the rate, what the backlog of the replaced system would take at that rate, and what an
image costs in processor time with one and with two workers. Both work on one database; it stops if a job was claimed
twice, or the second worker stood by.
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
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from benchmarks.contest import Cost
from benchmarks.contestant import Contestant
from benchmarks.copies import repeated, write_card
from benchmarks.live_thumper import running
from benchmarks.machine import Others, describe, disturbed, tree_cpu_s
from thumper.domain.precision import Precision
from thumper.embedded.servers import Addresses, find_running
from thumper.settings import Settings

BACKLOG: Final = 35_234
"""Photos that waited in the replaced system."""
ITS_MINUTES: Final = 240
"""What the replaced system needed for them, on the processor."""
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


async def measure(photos: list[Path], *, rounds: int) -> dict[str, object]:
    """Run every round, with one worker and with two. Raises `RuntimeError` if a job ran twice."""
    costs: dict[int, list[Cost]] = {1: [], 2: []}
    shares: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "home").mkdir()
        async with running(scratch / "home") as settings:
            servers = _servers(settings)
            (up,) = psutil.Process().children()
            for number in range(rounds):
                noise = Others()
                for workers in (1, 2) if number % 2 == 0 else (2, 1):
                    card = write_card(photos, f"{workers}-{number}", folder=scratch)
                    async with _workers(workers, settings, servers, up=up.pid) as thumper:
                        costs[workers].append(await _drop(thumper, card))
                shares.append(noise.share())
            counts = await _ask(servers, COUNTS)
    if counts["claimed_again"] or not counts["images"] == counts["runs"] == counts["jobs"]:
        raise RuntimeError(f"jobs ran twice, or not at all: {dict(counts)}")
    return _report(len(photos), costs, counts) | {"disturbed_rounds": disturbed(shares)}


@contextlib.asynccontextmanager
async def _workers(
    number: int, settings: Settings, servers: Addresses, *, up: int
) -> AsyncIterator[Contestant]:
    """Give Thumper with one worker or with two. Raises `RuntimeError` if the second left the work to the first."""
    if number == 1:
        yield Contestant(Precision.FP32, settings, (up,))
        return
    async with second_worker(settings, servers) as pid:
        began_s, all_began_s = tree_cpu_s(pid), tree_cpu_s(up)
        yield Contestant(Precision.FP32, settings, (up, pid))
        own_s, others_s = tree_cpu_s(pid) - began_s, tree_cpu_s(up) - all_began_s
    if own_s < LEAST_SHARE * (own_s + others_s):
        raise RuntimeError(
            f"the second worker took only {own_s:.1f} of {own_s + others_s:.1f} seconds: drop more photos, for a worker"
            f" that nobody woke looks for work every {settings.poll_s:g} seconds"
        )


async def _drop(thumper: Contestant, card: Path) -> Cost:
    cost = await thumper.drop(card)
    shutil.rmtree(card)
    return cost


def _servers(settings: Settings) -> Addresses:
    servers = find_running(settings)
    if servers is None:
        raise RuntimeError("Thumper's database is gone")
    return servers


@contextlib.asynccontextmanager
async def second_worker(settings: Settings, servers: Addresses) -> AsyncIterator[int]:
    """Run one more worker on the same database and give its process id, once both wait for work."""
    joined = settings.model_copy(
        update={"database_url": servers.database_url, "redis_url": servers.redis_url}
    )
    process = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
        [sys.executable, "-m", "thumper", "work"],
        env=joined.as_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(120):
            waiting = 0
            while waiting != 2:  # both
                await asyncio.sleep(0.5)
                waiting = (await _ask(servers, READY))["count"]
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def _ask(servers: Addresses, query: str) -> asyncpg.Record:
    connection = await asyncpg.connect(servers.database_url)
    try:
        return await connection.fetchrow(query)
    finally:
        await connection.close()


def _report(photos: int, costs: dict[int, list[Cost]], counts: asyncpg.Record) -> dict[str, object]:
    cpu_ms = {workers: 1000 * Cost.median(each).cpu_s / photos for workers, each in costs.items()}
    rate = {workers: photos / Cost.median(each).wall_s for workers, each in costs.items()}
    return {
        "photos": photos,
        "images_per_s": {workers: round(value, 1) for workers, value in rate.items()},
        "minutes_for_the_backlog": {
            workers: round(BACKLOG / value / 60, 1) for workers, value in rate.items()
        },
        "minutes_of_the_replaced_system": ITS_MINUTES,
        "cpu_ms_per_image": {workers: round(value, 1) for workers, value in cpu_ms.items()},
        "two_workers_to_one": round(
            statistics.median(two.cpu_s / one.cpu_s for one, two in zip(costs[1], costs[2], strict=True)), 3
        ),
        "images": counts["images"],
        "jobs_claimed_again": counts["claimed_again"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of JPEG photos")
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    found = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    print(describe())
    print(json.dumps(asyncio.run(measure(repeated(found, options.photos), rounds=options.rounds)), indent=2))


if __name__ == "__main__":
    main()
