"""How many images a second pass through the queue, without a model: claimed by lease, completed with boxes and feed.

    python -m benchmarks.queue_rate [--images 1000000] [--pending 20000]

PostgreSQL is embedded at its defaults, and the database is first filled with `--images`. In every step `--pending` of
them are pending again, and one or more workers take them 64 at a time. Printed are the rate and, for one image, the
processor time of PostgreSQL and of the workers' own code: how much of a database server the model's workers need.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import psutil

from benchmarks.large_library import fill
from benchmarks.live_watcher import embedded
from benchmarks.machine import Others, describe, tree_cpu_s
from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.label import ClassMap
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.postgres.connect import open_database
from thumper.store.queue import jobs, results
from thumper.store.queue.results import Origin, Result

WORKERS: Final = (1, 2, 4)
AT_A_TIME: Final = 64
# What was completed is pending again for the next number of workers, which no job does by itself.
_PENDING: Final = """
ALTER TABLE job DISABLE TRIGGER job_moves;
ALTER TABLE image DISABLE TRIGGER image_moves;
WITH chosen AS (SELECT id, image_id FROM job WHERE state = 'completed' ORDER BY id LIMIT {number}),
queued AS (UPDATE job SET state = 'pending', finished_at = NULL, attempts = 0 WHERE id IN (SELECT id FROM chosen)),
pending AS (UPDATE image SET state = 'pending', processed_at = NULL WHERE id IN (SELECT image_id FROM chosen))
DELETE FROM detection_run WHERE image_id IN (SELECT image_id FROM chosen);
ALTER TABLE job ENABLE TRIGGER job_moves;
ALTER TABLE image ENABLE TRIGGER image_moves
"""


async def measure(settings: Settings, *, pending: int) -> list[dict[str, Any]]:
    """Take all that is pending by each number of workers."""
    told = []
    postgres = [process.pid for process in psutil.Process().children() if "postgres" in process.name()]
    sql = await asyncpg.connect(settings.postgres_url, command_timeout=600)
    async with open_database(settings.postgres_url, pool_size=max(WORKERS)):
        detector = await detectors.current()
        if detector is None:
            raise RuntimeError("the database was filled without a detector")
        for workers in WORKERS:
            await sql.execute(_PENDING.format(number=pending))
            await sql.execute("VACUUM (ANALYZE) job, image, detection, detection_run")
            await sql.execute("CHECKPOINT")
            noise, began_s, own_s = Others(), time.monotonic(), time.process_time()
            server_s = sum(map(tree_cpu_s, postgres))
            counts = await asyncio.gather(*(_work(detector.id) for _ in range(workers)))
            took_s = time.monotonic() - began_s
            if sum(counts) != pending:
                raise RuntimeError(f"{sum(counts)} of {pending} images were completed")
            told.append(
                {
                    "workers": workers,
                    "images_per_s": round(pending / took_s),
                    "postgresql_cpu_ms": round(
                        1000 * (sum(map(tree_cpu_s, postgres)) - server_s) / pending, 2
                    ),
                    "workers_cpu_ms": round(1000 * (time.process_time() - own_s) / pending, 2),
                    "others_share": round(noise.share(), 2),
                }
            )
    await sql.close()
    return told


async def _work(detector_id: UUID) -> int:
    box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
    seen = [Detection(ordinal=number, label="buck", confidence=0.9, box=box) for number in range(2)]
    origin = Origin(device="cpu", engine="none", class_map=ClassMap.parse({}, name="none"))
    done = 0
    while lease := await jobs.claim(detector_id, limit=jobs.ClaimLimit(AT_A_TIME), lease_s=30, busy=False):
        answers = [
            # One and a half boxes each.
            Result(job_id=claim.job_id, detections=tuple(seen[: 1 + number % 2]), duration_ms=1.0)
            for number, claim in enumerate(lease.claims)
        ]
        done += await results.write(lease, answers, origin)
    return done


async def _run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with embedded(Path(home)) as settings:
            await fill(settings, images=options.images, detections=options.images * 3 // 2)
            print(json.dumps(await measure(settings, pending=options.pending), indent=2))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--pending", type=int, default=20_000)
    print(describe())
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
