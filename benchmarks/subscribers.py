"""A thousand live subscribers of one API process while photos are completed.

    python -m benchmarks.subscribers [--subscribers 1000] [--seconds 30] [--per-second 10]

PostgreSQL, Redis and the API are real processes at their defaults; the subscribers are one more, over real sockets.
Every event is a transaction of its own that completes an image and appends to the feed, as a worker's does. Lateness
is from the begin of that transaction to the arrival at the client, on the same clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import psutil
from tortoise.transactions import in_transaction

from benchmarks.bound_process import bound
from benchmarks.machine import Others, describe
from benchmarks.queries import ServedApi, serving
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.owner_token import read_owner_token
from thumper.store.feed import feed
from thumper.store.postgres.connect import client, open_database

IMAGES: Final = 20_000
SETTLED_S: Final = 5.0
"""Time for the last messages to arrive."""
COMPLETE: Final = "UPDATE image SET state = 'completed', processed_at = now() WHERE id = $1"


async def measure(served: ServedApi, *, subscribers: int, seconds: int, per_second: int) -> dict[str, Any]:
    """Subscribe, complete images, and give what arrived."""
    (serve,) = [each for each in psutil.Process().children() if "serve" in each.cmdline()]
    idle_mb = serve.memory_info().rss / 1e6
    url = served.settings.api_url.replace("http", "ws", 1) + "/graphql"
    clients = await asyncio.create_subprocess_exec(
        *bound([sys.executable, "-m", "benchmarks.many_clients", url, str(subscribers)]),
        env=os.environ | {"AUTHORIZATION": f"Bearer {read_owner_token(served.settings.home)}"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, into = clients.stdout, clients.stdin
    if out is None or into is None:
        raise RuntimeError("the clients have no pipes")
    async with asyncio.timeout(180):
        await out.readline()
    noise, began_cpu_s = Others(), _cpu_s(serve)
    most_mb = await complete(served, serve, seconds=seconds, per_second=per_second)
    await asyncio.sleep(SETTLED_S)
    cpu_share = (_cpu_s(serve) - began_cpu_s) / (seconds + SETTLED_S)
    into.close()
    told: dict[str, Any] = json.loads(await out.readline())
    await clients.wait()
    return {
        "subscribers": subscribers,
        "events": seconds * per_second,
        **told,
        "api_mb_idle": round(idle_mb),
        "api_mb_most": round(most_mb),
        "api_share_of_a_core": round(cpu_share, 2),
        "others_share_of_the_machine": round(noise.share(), 2),
    }


async def complete(served: ServedApi, serve: psutil.Process, *, seconds: int, per_second: int) -> float:
    """Complete images at a steady pace; return the most memory that the API had, in MB."""
    most_mb = 0.0
    async with open_database(served.settings.postgres_url, pool_size=2):
        rows = await client().execute_query_dict(
            "SELECT id, dump_id FROM image WHERE state = 'completed' LIMIT $1", [seconds * per_second]
        )
        clock = asyncio.get_running_loop().time
        began_s = clock()
        for number, row in enumerate(rows):
            await asyncio.sleep(began_s + number / per_second - clock())
            async with in_transaction("default") as transaction:
                await transaction.execute_query_dict(COMPLETE, [row["id"]])
                entry = FeedEntry(
                    kind=FeedKind.IMAGE_PROCESSED, image_id=row["id"], dump_id=row["dump_id"], batch_id=None
                )
                await feed.append(transaction, [entry])
            most_mb = max(most_mb, serve.memory_info().rss / 1e6)
    return most_mb


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _run(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with serving(Path(home), images=IMAGES, detections=IMAGES * 3 // 2) as served:
            told = await measure(
                served,
                subscribers=options.subscribers,
                seconds=options.seconds,
                per_second=options.per_second,
            )
            print(json.dumps(told, indent=2))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--per-second", type=int, default=10)
    print(describe())
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
