"""Images in the queue, and what a worker does to them, without a model."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from tortoise.transactions import in_transaction

from tests.factories import make_dump, make_image
from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.progress import ImageState
from thumper.store.feed import feed
from thumper.store.images import detectors
from thumper.store.models import Dump
from thumper.store.postgres.connect import client
from thumper.store.queue import failures, jobs, results
from thumper.store.queue.failures import Failure
from thumper.store.queue.leases import Lease
from thumper.store.queue.results import Origin, Result
from thumper.store.queue.sweeper import sweep
from thumper.weights import Weights

ORIGIN = Origin(device="cpu", engine="test", class_map=ClassMap.parse({}, name="none"))


async def use_detector(name: str = "test detector") -> UUID:
    """Make the detector of that name the current one."""
    weights = Weights(Path(name), name.encode().ljust(32)[:32], name, ClassMap())
    return await detectors.register(weights, make_current=True)


async def store_images(
    how_many: int, *, dump: Dump | None = None, queue: bool = True, held: bool = False
) -> list[UUID]:
    """Record images and queue them, as ingestion does."""
    if await detectors.current() is None:
        await use_detector()
    dump = dump or await make_dump()
    async with in_transaction("default") as transaction:
        ids = [(await make_image(dump, state=ImageState.PENDING)).id for _ in range(how_many)]
        if queue:
            await jobs.enqueue(transaction, ids, held=held)
        await feed.append(
            transaction,
            [FeedEntry(kind=FeedKind.IMAGE_STORED, image_id=image_id, dump_id=dump.id) for image_id in ids],
        )
    return ids


async def look_for_work(limit: int = 10, *, busy: bool = False) -> Lease | None:
    """Claim up to `limit` waiting images; None when there is nothing to do."""
    detector = await detectors.current()
    assert detector is not None
    return await jobs.claim(detector.id, limit=jobs.ClaimLimit(limit), lease_s=60, busy=busy)


async def claim(limit: int = 10) -> Lease:
    """Claim up to `limit` waiting images, of which there must be one."""
    lease = await look_for_work(limit)
    assert lease is not None
    return lease


def results_of(lease: Lease, *, boxes: int = 1) -> list[Result]:
    """Make up what a model would find: that many boxes on each image."""
    box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
    seen = tuple(Detection(ordinal=n, label="deer", confidence=0.9, box=box) for n in range(boxes))
    return [Result(job_id=claim.job_id, detections=seen, duration_ms=12.5) for claim in lease.claims]


async def detect(limit: int, *, boxes: int = 1) -> list[UUID]:
    """Complete up to `limit` waiting images, each with that many boxes."""
    lease = await claim(limit)
    await results.write(lease, results_of(lease, boxes=boxes), ORIGIN)
    return [claim.image_id for claim in lease.claims]


async def fail(limit: int) -> list[UUID]:
    """Fail up to `limit` waiting images."""
    lease = await claim(limit)
    failed = [Failure(job_id=c.job_id, code="TRUNCATED", message="ends early") for c in lease.claims]
    await failures.fail(lease, failed)
    return [claim.image_id for claim in lease.claims]


async def expire() -> None:
    """Let the leases of all workers run out, as if these had died."""
    await client().execute_query(
        "UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'processing'"
    )


async def sweep_now() -> int:
    """Sweep without the wait after a start of PostgreSQL; return how many jobs came free."""
    freed = await sweep(grace_s=0.0)
    assert freed is not None
    return freed
