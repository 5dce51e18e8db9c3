"""The queue of record: claiming by lease, and every way in which a claim can end.

PostgreSQL rows are the queue; arq and Redis only say "look". A claim is a lease with a token: each
write is fenced by that token, so a worker whose lease went to another changes nothing. All times
are PostgreSQL's own, because the clocks of several machines differ.

A worker's death counts against an image only when it was claimed alone and had begun; otherwise it
is a bystander, which runs alone once to prove itself. Nor does it count when the worker dies on one
image after the other: then the machine is to blame. See `docs/decisions/001` and `013`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.progress import ATTEMPTS_UNTIL_BLAMED, CRASHES_UNTIL_FAILED, SUSPECTS_UNTIL_DOUBTED
from thumper.domain.reason import Reason
from thumper.store.feed import feed
from thumper.store.images import image_lock
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id

log = structlog.get_logger(__name__)

DOUBTED_PAUSE_S: Final = 30.0
"""When an image is tried again that killed the worker and is not blamed: others go first."""

MOST_PIXELS: Final = 256_000_000
"""Most pixels claimed at a time, but for a photo that has more by itself: decoded they take 768 MB, and as much again
while the next batch is prepared."""
_DOUBT: Final = "The worker died while it looked at this photo, as it did with others; it is tried again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """One leased job. `original_path` is absolute, as bytes."""

    job_id: UUID
    image_id: UUID
    sha256: bytes
    original_path: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Jobs claimed together under one token; `alone` says that nothing else may run beside them."""

    token: UUID
    claims: tuple[ClaimedJob, ...]
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one job cannot be completed."""

    job_id: UUID
    code: str
    message: str


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


# An image that killed the worker by itself runs again only when another one was completed since, or nothing else is to
# be done: several of them would keep the worker busy with dying while healthy photos wait.
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
    FROM sized WHERE job.id = sized.id AND (sized.place = 1 OR sized.pixels <= {MOST_PIXELS})
    RETURNING job.id, job.image_id
), wanted AS (
    SELECT image.id, leased.id AS job_id FROM leased JOIN image ON image.id = leased.image_id {IN_ORDER}
)
UPDATE image SET state = 'processing', error_code = NULL, error = NULL
FROM wanted WHERE image.id = wanted.id
RETURNING wanted.job_id, image.id AS image_id, image.sha256, image.original_path
"""
# Whoever was tried least goes first: bystanders prove themselves before the suspect dies again.
_CLAIM_ONE: Final = _CLAIM.format(order="attempts, id")
_CLAIM_MANY: Final = _CLAIM.format(order="id")


async def claim(
    detector_id: UUID, *, limit: int, lease_s: float, busy: bool, token: UUID | None = None
) -> Lease | None:
    """Lease up to `limit` pending jobs of a detector, or `MOST_PIXELS`, oldest first; None when there is nothing to do.

    Jobs that must run alone come first and one at a time; while they wait, a worker that is `busy`
    gets nothing, so that it becomes free to run them. The claim is committed before it is returned:
    nothing is decoded without a lease. Who brings a `token` can give back a claim that was never answered.
    """
    waiting = await client().execute_query_dict(_WAITING, [detector_id, CRASHES_UNTIL_FAILED])
    if waiting and busy:
        return None
    token = token or new_id()
    if waiting:
        lease = await _claim(detector_id, alone=True, limit=1, lease_s=lease_s, token=token)
        if lease is not None:
            return lease
    return await _claim(detector_id, alone=False, limit=limit, lease_s=lease_s, token=token)


async def _claim(detector_id: UUID, *, alone: bool, limit: int, lease_s: float, token: UUID) -> Lease | None:
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(
            _CLAIM_ONE if alone else _CLAIM_MANY,
            [detector_id, alone, limit, token, lease_s, CRASHES_UNTIL_FAILED],
        )
    if not rows:
        return None
    claims = tuple(ClaimedJob(**row) for row in sorted(rows, key=lambda row: row["job_id"]))
    return Lease(token=token, claims=claims, alone=alone)


async def begin(lease: Lease) -> bool:
    """Note that decoding begins, which makes a death count against an image claimed alone.

    False when the lease was lost.
    """
    rows = await client().execute_query_dict(
        "UPDATE job SET begun_at = now() WHERE lease_token = $1 AND state = 'processing' RETURNING id",
        [lease.token],
    )
    return bool(rows)


async def renew(tokens: Sequence[UUID], *, lease_s: float) -> None:
    """Prolong leases; those that were lost already stay lost."""
    await client().execute_query_dict(
        "UPDATE job SET lease_until = now() + make_interval(secs => $2)"
        " WHERE lease_token = ANY($1::uuid[]) AND state = 'processing'",
        [list(tokens), lease_s],
    )


async def release(lease: Lease) -> None:
    """Release unfinished jobs of a lease at once, as a stopping worker does."""
    await _give_back(lease, None, pause_s=0)


async def postpone(lease: Lease, job_ids: Sequence[UUID], *, pause_s: float) -> None:
    """Release jobs that cannot run now, such as those of a disk that is not mounted."""
    await _give_back(lease, list(job_ids), pause_s=pause_s)


async def _give_back(lease: Lease, job_ids: list[UUID] | None, *, pause_s: float) -> None:
    """Make jobs of a lease (None: all) pending again; no attempt is counted."""
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(
            """
            UPDATE job SET state = 'pending', lease_token = NULL, lease_until = NULL, begun_at = NULL,
                claimed_alone = FALSE, attempts = attempts - 1, not_before = now() + make_interval(secs => $3)
            WHERE lease_token = $1 AND state = 'processing' AND ($2::uuid[] IS NULL OR id = ANY($2))
            RETURNING image_id
            """,
            [lease.token, job_ids, pause_s],
        )
        await _set_pending(transaction, rows)


async def surrender(lease: Lease) -> None:
    """End a lease as a crash would: for a worker that must end because its device failed."""
    async with in_transaction("default") as transaction:
        await give_up(transaction, "lease_token = $4", [lease.token])
    await fail_poisonous()


# Whether a job of the table `dead` was claimed alone and had begun while other images had killed the worker likewise
# and none was completed since: then images are not what kills it. Those that were not blamed count as well: as pending
# jobs with an error.
_DOUBTED: Final = """
(SELECT count(*) FROM job AS other
WHERE other.detector_id = dead.detector_id AND other.id <> dead.id
    AND (other.crash_count > 0 OR (other.state = 'pending' AND other.error IS NOT NULL))
    AND other.claimed_at > coalesce((
        SELECT max(done.finished_at) FROM job AS done
        WHERE done.detector_id = dead.detector_id AND done.state = 'completed'), '-infinity')
) >= $1
"""

_GIVE_UP: Final = f"""
WITH dead AS (
    SELECT id, detector_id, attempts, claimed_alone AND begun_at IS NOT NULL AS suspect FROM job
    WHERE state = 'processing' AND {{}} FOR UPDATE
), judged AS (
    SELECT id, suspect,
        CASE WHEN suspect AND attempts <= {ATTEMPTS_UNTIL_BLAMED} THEN {_DOUBTED} ELSE FALSE END AS doubted
    FROM dead
)
UPDATE job SET state = 'pending', lease_token = NULL, lease_until = NULL, alone = TRUE,
    crash_count = crash_count + (suspect AND NOT doubted)::int,
    error = CASE WHEN doubted THEN $3 END,
    not_before = CASE WHEN doubted THEN now() + make_interval(secs => $2) ELSE not_before END,
    claimed_alone = FALSE, begun_at = NULL
FROM judged WHERE job.id = judged.id
RETURNING job.image_id, judged.doubted
"""


async def give_up(transaction: BaseDBAsyncClient, which: str, values: Sequence[Any] = ()) -> int:
    """Make claimed jobs pending again after a crash, to run alone next; return how many.

    `which` is the SQL condition that picks them; its placeholders begin at $4.
    """
    rows = await transaction.execute_query_dict(
        _GIVE_UP.format(which),
        [SUSPECTS_UNTIL_DOUBTED, DOUBTED_PAUSE_S, _DOUBT, *values],
    )
    if any(row["doubted"] for row in rows):
        log.warning("the worker dies on one photo after the other, so none of them is blamed")
    await _set_pending(transaction, rows)
    return len(rows)


async def _set_pending(transaction: BaseDBAsyncClient, rows: Sequence[dict[str, Any]]) -> None:
    """Bring the images of jobs that became pending in line."""
    image_ids = [row["image_id"] for row in rows]
    await image_lock.lock(transaction, image_ids)
    await transaction.execute_query_dict(
        "UPDATE image SET state = 'pending' WHERE id = ANY($1::uuid[])", [image_ids]
    )


async def complete(
    transaction: BaseDBAsyncClient, lease: Lease, job_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """End jobs that this lease still holds; return their image, detector, dump and batch by job id.

    A job that is missing from the answer was lost to another worker: write nothing for it.
    """
    rows = await transaction.execute_query_dict(
        """
        UPDATE job SET state = 'completed', lease_token = NULL, lease_until = NULL, finished_at = now(),
            alone = FALSE
        FROM image
        WHERE job.id = ANY($2::uuid[]) AND job.lease_token = $1 AND image.id = job.image_id
        RETURNING job.id, job.image_id, job.detector_id, job.batch_id, image.dump_id
        """,
        [lease.token, list(job_ids)],
    )
    return {row["id"]: row for row in rows}


async def fail(lease: Lease, failures: Sequence[Failure]) -> None:
    """End jobs without a result, each with its reason code and sentence."""
    await _fail(
        """
        UPDATE job SET state = 'failed', lease_token = NULL, lease_until = NULL, finished_at = now(),
            error_code = failed.code, error = failed.message
        FROM unnest($2::uuid[], $3::text[], $4::text[]) AS failed(id, code, message)
        WHERE job.id = failed.id AND job.lease_token = $1
        RETURNING job.image_id, job.batch_id, job.error_code, job.error
        """,
        [
            lease.token,
            [f.job_id for f in failures],
            [f.code for f in failures],
            [f.message for f in failures],
        ],
    )


async def _fail(statement: str, parameters: list[Any]) -> int:
    """Run an UPDATE of job that fails jobs, then bring their images and the feed in line."""
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(statement, parameters)
        if not rows:
            return 0
        await image_lock.lock(transaction, [row["image_id"] for row in rows])
        images = await transaction.execute_query_dict(
            """
            UPDATE image SET state = 'failed', error_code = failed.code, error = failed.message,
                processed_at = now()
            FROM unnest($1::uuid[], $2::text[], $3::text[]) AS failed(id, code, message)
            WHERE image.id = failed.id RETURNING image.id, image.dump_id
            """,
            [[row[key] for row in rows] for key in ("image_id", "error_code", "error")],
        )
        batches = {row["image_id"]: row["batch_id"] for row in rows}
        await feed.append(
            transaction, [_processed(row["id"], row["dump_id"], batches[row["id"]]) for row in images]
        )
    return len(rows)


def _processed(image_id: UUID, dump_id: UUID, batch_id: UUID | None) -> FeedEntry:
    return FeedEntry(kind=FeedKind.IMAGE_PROCESSED, image_id=image_id, dump_id=dump_id, batch_id=batch_id)


async def fail_poisonous() -> int:
    """Fail pending jobs that have used up their crashes; return how many."""
    message = f"This photo stopped the worker {CRASHES_UNTIL_FAILED} times while it ran alone."
    return await _fail(
        """
        UPDATE job SET state = 'failed', finished_at = now(), error_code = $2, error = $3
        WHERE state = 'pending' AND alone AND crash_count >= $1
        RETURNING image_id, batch_id, error_code, error
        """,
        [CRASHES_UNTIL_FAILED, Reason.POISON.value, message],
    )
