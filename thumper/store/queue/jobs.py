"""The queue of record: images are queued, and claimed by lease.

PostgreSQL rows are the queue; arq and Redis only wake workers. All times are PostgreSQL's own, because the clocks of
several machines differ. See `docs/decisions/001`. How a claim goes on is in `leases`; how it ends, in `results`,
`failures` and `crashes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.blame import CRASHES_UNTIL_FAILED
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id
from thumper.store.queue.leases import ClaimedJob, Lease

MOST_PIXELS: Final = 256_000_000
"""Most pixels claimed at a time, but for a photo that has more by itself: decoded they take 768 MB, and as much again
while the next batch is prepared. A worker with less memory claims fewer."""


@dataclass(frozen=True, slots=True)
class ClaimLimit:
    """Most images to claim at a time, and most pixels; one image is claimed however large it is."""

    images: int
    pixels: int = MOST_PIXELS


async def enqueue(
    transaction: BaseDBAsyncClient,
    image_ids: Sequence[UUID],
    *,
    held: bool = False,
    batch_id: UUID | None = None,
) -> None:
    """Queue images for the current detector, in the transaction that records them.

    `held` jobs wait until detection is asked for. A job that exists already stays as it is.
    """
    await transaction.execute_query_dict(
        """
        INSERT INTO job (id, image_id, detector_id, batch_id, state, held, alone, claimed_alone,
                         attempts, crash_count)
        SELECT fresh.id, fresh.image_id, detector.id, $3, 'pending', $4, FALSE, FALSE, 0, 0
        FROM unnest($1::uuid[], $2::uuid[]) AS fresh(id, image_id)
        JOIN detector ON detector.current
        ON CONFLICT (image_id, detector_id) DO NOTHING
        """,
        [[new_id() for _ in image_ids], list(image_ids), batch_id, held],
    )


# An image that killed the worker while it ran alone runs again only when another one was completed since, or nothing
# else waits: with several of them, the worker would do nothing but die while healthy photos wait.
_ITS_TURN: Final = """
((job.crash_count = 0 AND job.error IS NULL)
OR EXISTS (SELECT FROM job AS done WHERE done.detector_id = job.detector_id AND done.state = 'completed'
    AND done.finished_at > job.claimed_at)
OR NOT EXISTS (SELECT FROM job AS other WHERE other.state = 'pending' AND NOT other.held
    AND other.not_before <= now() AND other.detector_id = job.detector_id AND NOT other.alone))
"""
_WAITING: Final = f"""
SELECT 1 FROM job
WHERE state = 'pending' AND NOT held AND not_before <= now() AND detector_id = $1 AND alone AND crash_count < $2
    AND {_ITS_TURN} LIMIT 1
"""
_CLAIM: Final = f"""
WITH picked AS (
    SELECT id FROM job
    WHERE state = 'pending' AND NOT held AND not_before <= now() AND detector_id = $1 AND alone = $2
        AND crash_count < $6 AND (NOT $2 OR {_ITS_TURN})
    ORDER BY {{order}} LIMIT $3 FOR UPDATE SKIP LOCKED
), sized AS (
    SELECT picked.id, row_number() OVER (ORDER BY picked.id) AS place,
        sum(image.width_px::bigint * image.height_px) OVER (ORDER BY picked.id) AS pixels
    FROM picked JOIN job USING (id) JOIN image ON image.id = job.image_id
), leased AS (
    UPDATE job SET state = 'processing', lease_token = $4, lease_until = now() + make_interval(secs => $5),
        attempts = attempts + 1, claimed_alone = $2, begun_at = NULL, claimed_at = now(),
        error_code = NULL, error = NULL
    FROM sized WHERE job.id = sized.id AND (sized.place = 1 OR sized.pixels <= $7)
    RETURNING job.id, job.image_id
), wanted AS (
    SELECT image.id, leased.id AS job_id FROM leased JOIN image ON image.id = leased.image_id {IN_ORDER}
)
UPDATE image SET state = 'processing', error_code = NULL, error = NULL
FROM wanted WHERE image.id = wanted.id
RETURNING wanted.job_id, image.id AS image_id, image.sha256, image.original_path
"""
# The job with the fewest attempts first: bystanders are cleared before the suspect kills a worker again.
_CLAIM_ONE: Final = _CLAIM.format(order="attempts, id")
_CLAIM_MANY: Final = _CLAIM.format(order="id")


async def claim(
    detector_id: UUID, *, limit: ClaimLimit, lease_s: float, busy: bool, token: UUID | None = None
) -> Lease | None:
    """Lease up to `limit` pending jobs of a detector, oldest first; None when there is nothing to do.

    Jobs that must run alone come first and one at a time; while they wait, a worker that is `busy`
    gets nothing, so that it becomes free to run them. The claim is committed before it is returned:
    nothing is decoded without a lease. With a `token` of its own the caller can release a claim whose answer was lost.
    """
    waiting = await client().execute_query_dict(_WAITING, [detector_id, CRASHES_UNTIL_FAILED])
    if waiting and busy:
        return None
    token = token or new_id()
    if waiting:
        lease = await _claim(detector_id, alone=True, limit=ClaimLimit(1), lease_s=lease_s, token=token)
        if lease is not None:
            return lease
    return await _claim(detector_id, alone=False, limit=limit, lease_s=lease_s, token=token)


async def _claim(
    detector_id: UUID, *, alone: bool, limit: ClaimLimit, lease_s: float, token: UUID
) -> Lease | None:
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(
            _CLAIM_ONE if alone else _CLAIM_MANY,
            [detector_id, alone, limit.images, token, lease_s, CRASHES_UNTIL_FAILED, limit.pixels],
        )
    if not rows:
        return None
    claims = tuple(ClaimedJob(**row) for row in sorted(rows, key=lambda row: row["job_id"]))
    return Lease(token=token, claims=claims, alone=alone)
