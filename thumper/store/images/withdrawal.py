"""Taking an image back as if it had never been stored: an incomplete one, once the whole photo has come.

Rows of files that refer to it are the caller's business, and so is what lies on the disk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient


@dataclass(frozen=True, slots=True)
class WithdrawnImage:
    """What names the files that the library may hold of an image that is no more."""

    sha256: bytes
    media_type: str


# In the order in which workers lock. Once they are locked, no file can refer to an image that did not before, and no
# review or sighting to a box.
_LOCK_JOBS: Final = "SELECT FROM job WHERE image_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_LOCK_IMAGES: Final = "SELECT FROM image WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_LOCK_BOXES: Final = "SELECT FROM detection WHERE image_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
_UNSPOKEN: Final = """
SELECT image.id FROM image WHERE id = ANY($1::uuid[]) AND NOT EXISTS (
    SELECT FROM detection WHERE detection.image_id = image.id
    AND (EXISTS (SELECT FROM review WHERE review.detection_id = detection.id)
        OR EXISTS (SELECT FROM sighting WHERE sighting.detection_id = detection.id))
)
"""
# Jobs, runs and boxes go with it.
_DELETE: Final = "DELETE FROM image WHERE id = ANY($1::uuid[]) RETURNING sha256, media_type"


async def lock_jobs(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> None:
    """Lock the jobs of images; for a transaction that locks other images before it withdraws these."""
    await transaction.execute_query_dict(_LOCK_JOBS, [sorted(image_ids)])


async def lock_unspoken(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> set[UUID]:
    """Lock images until the transaction ends; return those of which no person has said anything."""
    ids = sorted(image_ids)
    for lock in (_LOCK_JOBS, _LOCK_IMAGES, _LOCK_BOXES):
        await transaction.execute_query_dict(lock, [ids])
    return {row["id"] for row in await transaction.execute_query_dict(_UNSPOKEN, [ids])}


async def withdraw(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> list[WithdrawnImage]:
    """Delete images that `lock_unspoken` returned and to which no row of a file refers any more."""
    rows = await transaction.execute_query_dict(_DELETE, [sorted(image_ids)])
    return [WithdrawnImage(bytes(row["sha256"]), row["media_type"]) for row in rows]
