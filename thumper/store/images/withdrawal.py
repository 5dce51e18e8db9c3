"""Taking an image back as if it had never been stored: an incomplete one, once the whole photo has come.

Rows of files that refer to it are the caller's business, and so is what lies on the disk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry
from thumper.store.images import removal


@dataclass(frozen=True, slots=True)
class WithdrawnImage:
    """What names the files that the library may hold of an image that is no more."""

    sha256: bytes
    media_type: str


_UNSPOKEN: Final = """
SELECT image.id FROM image WHERE id = ANY($1::uuid[]) AND NOT EXISTS (
    SELECT FROM detection WHERE detection.image_id = image.id
    AND (EXISTS (SELECT FROM review WHERE review.detection_id = detection.id)
        OR EXISTS (SELECT FROM identity_decision WHERE identity_decision.detection_id = detection.id))
) AND NOT EXISTS (SELECT FROM mark WHERE mark.image_id = image.id AND mark.undone_at IS NULL)
"""


async def lock_unspoken(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> set[UUID]:
    """Lock images until the transaction ends; return those of which no person has said anything."""
    await removal.lock(transaction, image_ids)
    return {row["id"] for row in await transaction.execute_query_dict(_UNSPOKEN, [sorted(image_ids)])}


async def withdraw(
    transaction: BaseDBAsyncClient, image_ids: Collection[UUID]
) -> tuple[list[WithdrawnImage], list[FeedEntry]]:
    """Remove images that `lock_unspoken` returned and to which no row of a file refers any more.

    Return what they were, and the feed entries, to be appended at the end of the transaction.
    """
    if not image_ids:
        return [], []
    rows = await transaction.execute_query_dict(
        "SELECT sha256, media_type FROM image WHERE id = ANY($1::uuid[]) ORDER BY id", [sorted(image_ids)]
    )
    entries = await removal.remove(transaction, sorted(image_ids))
    return [WithdrawnImage(bytes(row["sha256"]), row["media_type"]) for row in rows], entries
