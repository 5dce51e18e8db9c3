"""Many subscribers to `imageProcessed` in one process: what each was told, and how late.

    python -m benchmarks.many_clients URL COUNT

It prints a line once all have their snapshot, goes on until its standard input is closed, and then prints one JSON
object: the images that the least informed of them was told of, and how late messages came, in milliseconds.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import statistics
import sys
from dataclasses import dataclass, field
from typing import Any, Final

import websockets
from websockets.typing import Subprotocol

QUERY: Final = "subscription { imageProcessed { snapshot images { id processedAt } } }"
AT_ONCE: Final = 50
"""Connections that are opened at a time, as when a browser's tabs come back one after the other."""


@dataclass(slots=True)
class Told:
    """What one subscriber was told after its snapshot."""

    images: set[str] = field(default_factory=set)
    late_ms: list[float] = field(default_factory=list)

    def add(self, message: dict[str, Any], now: dt.datetime) -> None:
        """Note the images of a message."""
        for image in message["images"]:
            self.images.add(image["id"])
            self.late_ms.append(
                1000 * (now - dt.datetime.fromisoformat(image["processedAt"])).total_seconds()
            )


async def subscribe(url: str, told: Told, *, gate: asyncio.Semaphore, ready: asyncio.Event) -> None:
    """Follow until cancelled."""
    async with gate:
        connection = await websockets.connect(
            url,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers={"authorization": os.environ["AUTHORIZATION"]},
            compression=None,
            open_timeout=60,
        )
        await connection.send(json.dumps({"type": "connection_init"}))
        await connection.recv()
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))
        await connection.recv()  # the snapshot
    ready.set()
    async for raw in connection:
        now = dt.datetime.now(dt.UTC)
        reply = json.loads(raw)
        if reply["type"] == "next":
            told.add(reply["payload"]["data"]["imageProcessed"], now)


async def follow(url: str, count: int) -> None:
    """Run all subscribers and print."""
    gate = asyncio.Semaphore(AT_ONCE)
    everybody = [(Told(), asyncio.Event()) for _ in range(count)]
    tasks = [asyncio.create_task(subscribe(url, told, gate=gate, ready=ready)) for told, ready in everybody]
    await asyncio.gather(*(ready.wait() for _, ready in everybody))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    lost = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    late_ms = sorted(late for told, _ in everybody for late in told.late_ms)
    answer = {
        "connections_lost": lost,
        "least_told": min(len(told.images) for told, _ in everybody),
        "messages_of_images": len(late_ms),
        "p50_ms": round(statistics.median(late_ms), 1) if late_ms else None,
        "p99_ms": round(late_ms[int(0.99 * (len(late_ms) - 1))], 1) if late_ms else None,
        "longest_ms": round(late_ms[-1], 1) if late_ms else None,
    }
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], int(sys.argv[2])))
