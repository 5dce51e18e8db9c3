"""A client that speaks graphql-transport-ws, and rows and events as ingestion and a worker write them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import websockets
from tortoise.transactions import in_transaction
from websockets.typing import Subprotocol

from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.progress import SourceKind
from thumper.graphql.identity import decode
from thumper.store import detectors, feed, jobs, results
from thumper.store.ids import new_id
from thumper.store.models import Dump, Image, Source
from thumper.store.results import Origin, Result

PATIENCE_S = 30.0
ORIGIN = Origin(device="cpu", engine="test", class_map=ClassMap.parse({}, name="none"))


@dataclass
class Subscriber:
    """One subscription on a connection of its own; `times` are those of arrival."""

    socket: websockets.ClientConnection
    times: list[float] = field(default_factory=list)

    async def reply(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Give the next protocol message."""
        raw = await asyncio.wait_for(self.socket.recv(), within_s)
        self.times.append(asyncio.get_running_loop().time())
        reply: dict[str, Any] = json.loads(raw)
        return reply

    async def next(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Give the next message of the subscription's only field."""
        reply = await self.reply(within_s=within_s)
        assert reply["type"] == "next", reply
        assert "errors" not in reply["payload"], reply
        message: dict[str, Any] = next(iter(reply["payload"]["data"].values()))
        return message

    async def silent(self, *, for_s: float) -> bool:
        """Say whether nothing arrives for a while."""
        try:
            await self.next(within_s=for_s)
        except TimeoutError:
            return True
        return False


@contextlib.asynccontextmanager
async def subscribed(url: str, query: str, **variables: Any) -> AsyncIterator[Subscriber]:
    address = url.replace("http", "ws", 1) + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with websockets.connect(address, subprotocols=[protocol], close_timeout=1) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield Subscriber(connection)


_numbers = count(1)


async def new_dump() -> Dump:
    source, _ = await Source.get_or_create(kind=SourceKind.DROP, path=b"/d", defaults={"display_path": "/d"})
    folder = f"card-{next(_numbers)}"
    return await Dump.create(source=source, folder=folder.encode(), display_folder=folder, number=1)


async def store_images(dump: Dump, how_many: int) -> list[UUID]:
    """Record images and queue them, as ingestion does."""
    await detectors.register(sha256=bytes(32), name="test detector", class_map={}, make_current=True)
    ids = [new_id() for _ in range(how_many)]
    async with in_transaction("default") as transaction:
        for image_id in ids:
            await Image.create(
                id=image_id,
                sha256=hashlib.sha256(image_id.bytes).digest(),
                size_bytes=1,
                media_type="image/jpeg",
                file_name=f"{image_id}.jpg",
                original_path=b"/d/a.jpg",
                width_px=640,
                height_px=480,
                dump_id=dump.id,
                using_db=transaction,
            )
        await jobs.enqueue(transaction, ids)
        await feed.append(
            transaction,
            [FeedEntry(kind=FeedKind.IMAGE_STORED, image_id=one, dump_id=dump.id) for one in ids],
        )
    return ids


async def claim(limit: int) -> jobs.Lease:
    detector = await detectors.current()
    assert detector is not None
    lease = await jobs.claim(detector.id, limit=limit, lease_s=60, busy=False)
    assert lease is not None
    return lease


async def detect(limit: int, *, boxes: int = 1) -> list[UUID]:
    """Complete up to `limit` waiting images, each with so many boxes, as a worker does."""
    lease = await claim(limit)
    seen = tuple(
        Detection(ordinal=n, label="deer", confidence=0.9, box=Box(x=0.1, y=0.1, width=0.2, height=0.2))
        for n in range(boxes)
    )
    found = [Result(job_id=claim.job_id, detections=seen, duration_ms=1.0) for claim in lease.claims]
    await results.write(lease, found, ORIGIN)
    return [claim.image_id for claim in lease.claims]


async def fail(limit: int) -> list[UUID]:
    """Fail up to `limit` waiting images."""
    lease = await claim(limit)
    failures = [jobs.Failure(job_id=c.job_id, code="TRUNCATED", message="ends early") for c in lease.claims]
    await jobs.fail(lease, failures)
    return [claim.image_id for claim in lease.claims]


def uuids(nodes: Sequence[dict[str, Any]], type_name: str = "Image") -> list[UUID]:
    return [decode(node["id"], type_name) for node in nodes]
