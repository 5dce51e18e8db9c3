"""Sending sets of images to detection; `image_counts` counts how far a set is.

A set is sent in chunks, each a transaction of its own: a million images at once would hold their locks for minutes and
exceed the time limit of every connection. Cut short, what was sent stays sent, and asking again sends the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.progress import BatchKind
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.feed import feed
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models import Batch, Dump, Job, Location

MOST_IMAGES: Final = 1_000_000
"""Images of one batch; a ranch takes that many in ten years."""

CHUNK_IMAGES: Final = 5_000
"""Most images of one transaction: it takes a fraction of a second, in which workers wait for its rows."""

_TRIES: Final = 5
"""How often a chunk is tried whose images are being deleted; each deletion takes a moment, and is one person's."""

_SEND: Final = f"""
locked AS (
    SELECT image.id FROM queued JOIN image ON image.id = queued.image_id {IN_ORDER}
), sent AS (
    UPDATE image SET state = 'pending', error_code = NULL, error = NULL
    FROM locked WHERE image.id = locked.id RETURNING image.id
)
SELECT key, (SELECT count(*) FROM wanted) AS chosen, (SELECT count(*) FROM sent) AS sent
FROM wanted ORDER BY key DESC LIMIT 1
"""
"""End of a statement whose first parts, `wanted` and `queued`, chose images and made their jobs pending.

It makes the images pending; it returns how many were chosen and which was the last, where the next chunk begins. Chosen
images that another transaction takes meanwhile are left to it."""

_DETECT: Final = f"""
WITH wanted AS (
    SELECT image.id AS key, detector.id AS detector_id
    FROM image JOIN detector ON detector.current
    LEFT JOIN job ON job.image_id = image.id AND job.detector_id = detector.id
    WHERE (job.id IS NULL OR (job.state = 'pending' AND job.batch_id IS NULL))
        AND ($3::uuid IS NULL OR image.location_id = $3)
        AND ($4::uuid IS NULL OR image.dump_id = $4)
        AND ($5::uuid IS NULL OR image.id > $5)
    ORDER BY image.id LIMIT $2
), queued AS (
    INSERT INTO job (id, image_id, detector_id, batch_id, state, held, alone, claimed_alone, attempts,
                     crash_count)
    SELECT gen_random_uuid(), key, detector_id, $1, 'pending', FALSE, FALSE, FALSE, 0, 0 FROM wanted
    ON CONFLICT (image_id, detector_id) DO UPDATE SET batch_id = excluded.batch_id, held = FALSE
    WHERE job.state = 'pending'
    RETURNING image_id
), {_SEND}
"""

_RETRY: Final = f"""
WITH wanted AS (
    SELECT job.id AS key FROM job JOIN image ON image.id = job.image_id
    JOIN detector ON detector.id = job.detector_id AND detector.current
    WHERE job.state = 'failed'
        AND ($3::uuid IS NULL OR image.location_id = $3)
        AND ($4::uuid IS NULL OR image.dump_id = $4)
        AND ($5::uuid IS NULL OR job.id > $5)
    ORDER BY job.id LIMIT $2 FOR UPDATE OF job
), queued AS (
    UPDATE job SET state = 'pending', batch_id = $1, alone = crash_count > 0, crash_count = 0, attempts = 0,
        finished_at = NULL, error_code = NULL, error = NULL, queued_at = now()
    FROM wanted WHERE job.id = wanted.key RETURNING job.image_id
), {_SEND}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which images to send: at most `limit`, oldest first, of a location, a dump, or all."""

    kind: BatchKind
    location_id: UUID | None = None
    dump_id: UUID | None = None
    limit: int = MOST_IMAGES


async def detect_pending(**which: Any) -> Batch:
    """Send images that the current detector has not seen to detection; the arguments are those of `Wanted`.

    Held images are among them. Wake the worker afterwards. Raises `InvalidValueError` or `NoRecordError`.
    """
    return await _sent(Wanted(kind=BatchKind.DETECT, **which))


async def retry_failed(**which: Any) -> Batch:
    """Send images whose detection failed to detection again; the arguments are those of `Wanted`.

    An image that had killed the worker runs alone again. Wake the worker afterwards. Raises `InvalidValueError` or
    `NoRecordError`.
    """
    return await _sent(Wanted(kind=BatchKind.RETRY, **which))


async def _sent(wanted: Wanted) -> Batch:
    batch = await begin(wanted)
    await send(batch.id, wanted)
    return batch


async def begin(wanted: Wanted) -> Batch:
    """Record a batch to which nothing was sent yet. Raises `InvalidValueError` or `NoRecordError`."""
    await _check(wanted.limit, wanted.location_id, wanted.dump_id)
    return await Batch.create(kind=wanted.kind)


_STATEMENTS: Final = {BatchKind.DETECT: _DETECT, BatchKind.RETRY: _RETRY}


async def send(batch_id: UUID, wanted: Wanted) -> None:
    """Send images of a batch that was begun to detection; after a crash, those that are missing."""
    left = wanted.limit - await Job.filter(batch_id=batch_id).count()
    after: UUID | None = None
    while left > 0:
        most = min(left, CHUNK_IMAGES)
        parameters = [most, wanted.location_id, wanted.dump_id, after]
        rows = await _send_chunk(batch_id, _STATEMENTS[wanted.kind], parameters)
        if not rows or rows[0]["chosen"] < most:
            break
        after = rows[0]["key"]
        left -= rows[0]["sent"]


async def _send_chunk(batch_id: UUID, statement: str, parameters: list[Any]) -> list[dict[str, Any]]:
    """Send one chunk; once more when an image of it was deleted in this moment."""
    for left in reversed(range(_TRIES)):
        try:
            async with in_transaction("default") as transaction:
                rows = await transaction.execute_query_dict(statement, [batch_id, *parameters])
                await feed.append(transaction, [FeedEntry(kind=FeedKind.IMAGE_QUEUED, batch_id=batch_id)])
                return rows
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


async def _check(limit: int, location_id: UUID | None, dump_id: UUID | None) -> None:
    if not 1 <= limit <= MOST_IMAGES:
        raise InvalidValueError(f"limit is {limit}; it must be 1 to {MOST_IMAGES:,}.", "limit")
    if location_id is not None and not await Location.exists(id=location_id):
        raise NoRecordError("location", "location_id")
    if dump_id is not None and not await Dump.exists(id=dump_id):
        raise NoRecordError("dump", "dump_id")
