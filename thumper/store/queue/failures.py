"""Jobs that end without a result, each with its reason: job, image and feed in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.blame import CRASHES_UNTIL_FAILED
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.progress import ImageState
from thumper.domain.reason import Reason
from thumper.store.counters import counters
from thumper.store.counters.counters import Counted
from thumper.store.feed import feed
from thumper.store.images import image_lock
from thumper.store.queue.leases import Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one job cannot be completed."""

    job_id: UUID
    code: str
    message: str


_FAIL_JOBS: Final = """
UPDATE job SET state = 'failed', lease_token = NULL, lease_until = NULL, finished_at = now(),
    error_code = failed.code, error = failed.message
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS failed(id, code, message)
WHERE job.id = failed.id AND job.lease_token = $1
RETURNING job.image_id, job.batch_id, job.error_code, job.error
"""
_FAIL_POISONOUS: Final = """
UPDATE job SET state = 'failed', finished_at = now(), error_code = $2, error = $3
WHERE state = 'pending' AND alone AND crash_count >= $1
RETURNING image_id, batch_id, error_code, error
"""
_FAIL_IMAGES: Final = """
UPDATE image SET state = 'failed', error_code = failed.code, error = failed.message, processed_at = now(),
    damaged = damaged OR failed.code IN ('TRUNCATED', 'CORRUPT')
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS failed(id, code, message)
WHERE image.id = failed.id RETURNING image.id, image.dump_id
"""


async def fail(lease: Lease, failures: Sequence[Failure]) -> None:
    """End jobs of a lease, each with its reason code and sentence."""
    columns = [[getattr(own, name) for own in failures] for name in ("job_id", "code", "message")]
    await _fail(_FAIL_JOBS, [lease.token, *columns])


async def fail_poisonous() -> int:
    """Fail pending jobs that have used up their crashes; return how many."""
    message = f"This photo stopped the worker {CRASHES_UNTIL_FAILED} times while it ran alone."
    return await _fail(_FAIL_POISONOUS, [CRASHES_UNTIL_FAILED, Reason.POISON.value, message])


async def _fail(statement: str, parameters: list[Any]) -> int:
    """Run an UPDATE of job that fails jobs, then bring their images and the feed in line."""
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(statement, parameters)
        if not rows:
            return 0
        await image_lock.lock(transaction, [row["image_id"] for row in rows])
        images = await transaction.execute_query_dict(
            _FAIL_IMAGES, [[row[key] for row in rows] for key in ("image_id", "error_code", "error")]
        )
        await counters.add(transaction, [(Counted.IMAGES, ImageState.FAILED.value)] * len(rows))
        batches = {row["image_id"]: row["batch_id"] for row in rows}
        await feed.append(
            transaction,
            [
                FeedEntry(
                    kind=FeedKind.IMAGE_PROCESSED,
                    image_id=row["id"],
                    dump_id=row["dump_id"],
                    batch_id=batches[row["id"]],
                )
                for row in images
            ],
        )
    return len(rows)
