"""Removing images with everything that hangs on them: jobs, runs, boxes, and what people said of these.

The one place that deletes rows of `image`. Before, in the same transaction, the caller makes files refer to none of
them; pictures on the disk are not its business.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry, FeedKind

# Workers take jobs first and images then; people take boxes. Both are waited for, in their order.
_LOCK_JOBS: Final = "SELECT FROM job WHERE image_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_LOCKS: Final = (
    _LOCK_JOBS,
    "SELECT FROM image WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
    "SELECT FROM detection WHERE image_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
)

_ENDED: Final = """
SELECT DISTINCT image.id AS image_id, image.dump_id, job.batch_id
FROM image LEFT JOIN job ON job.image_id = image.id WHERE image.id = ANY($1::uuid[]) ORDER BY image.id
"""


async def lock(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> None:
    """Lock images with their jobs and boxes: until the transaction ends, nothing is written to them."""
    for statement in _LOCKS:
        await transaction.execute_query_dict(statement, [sorted(image_ids)])


async def lock_jobs(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> None:
    """Lock the jobs of images; for a transaction that locks other images before it removes these."""
    await transaction.execute_query_dict(_LOCK_JOBS, [sorted(image_ids)])


async def remove(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID]) -> list[FeedEntry]:
    """Remove images; return the feed entries, to be appended at the end of the transaction.

    A worker that has one of them in hand finds its job gone, and writes nothing.
    """
    await lock(transaction, image_ids)
    ended = await transaction.execute_query_dict(_ENDED, [list(image_ids)])
    unseen = await transaction.execute_query_dict(
        "DELETE FROM sighting WHERE image_id = ANY($1::uuid[]) RETURNING deer_id, detection_id, image_id",
        [list(image_ids)],
    )
    await transaction.execute_query_dict(
        "DELETE FROM identity_decision USING detection WHERE detection.id = identity_decision.detection_id"
        " AND detection.image_id = ANY($1::uuid[])",
        [list(image_ids)],
    )
    await transaction.execute_query_dict(
        "DELETE FROM review USING detection WHERE detection.id = review.detection_id"
        " AND detection.image_id = ANY($1::uuid[])",
        [list(image_ids)],
    )
    # Jobs, runs and boxes go with their image.
    await transaction.execute_query_dict("DELETE FROM image WHERE id = ANY($1::uuid[])", [list(image_ids)])
    return [
        *(FeedEntry(kind=FeedKind.DEER_UNSEEN, **row) for row in unseen),
        *(FeedEntry(kind=FeedKind.IMAGE_DELETED, **row) for row in ended),
    ]
