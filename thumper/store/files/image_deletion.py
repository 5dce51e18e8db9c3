"""Deleting images: previewed, done, taken back.

A deleted image has no row any more, nor has a deployment of which it was the last. Its files stay in their receipts,
rejected, so that these add up; a row of `deletion` keeps the hash of its bytes, so that they are not taken in again.
Pictures and originals in the library are erased by `disk/erasure.py`, once all this is committed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.deletion import MOST_EXAMPLES, DeletionEffect, refuse_number, sentence
from thumper.domain.entered_text import clean_text
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.path_text import readable
from thumper.domain.refusal import NoRecordError
from thumper.store.feed import feed, snapshot
from thumper.store.files import dumps
from thumper.store.images import deletions, removal
from thumper.store.models import Deletion
from thumper.store.places import deployment_rows
from thumper.store.postgres.connect import client
from thumper.store.requests import idempotency_keys
from thumper.store.times import clock_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where originals are kept, and the zone whose days people count."""

    library: Path
    zone: ZoneInfo

    @property
    def prefix(self) -> bytes:
        """What the paths of all that is kept begin with."""
        return os.fsencode(self.library) + b"/"


_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM image WHERE id = ANY($1::uuid[])) AS images,
    (SELECT count(*) FROM image WHERE id = ANY($1::uuid[])
        AND substring(original_path FROM 1 FOR length($2::bytea)) = $2) AS originals,
    (SELECT count(*) FROM detection WHERE image_id = ANY($1::uuid[])) AS detections,
    (SELECT count(*) FROM review JOIN detection ON detection.id = review.detection_id
        WHERE detection.image_id = ANY($1::uuid[])) AS reviews,
    (SELECT count(*) FROM identity_decision JOIN detection ON detection.id = identity_decision.detection_id
        WHERE detection.image_id = ANY($1::uuid[])) AS decisions,
    (SELECT count(*) FROM mark WHERE image_id = ANY($1::uuid[]) AND undone_at IS NULL) AS marks,
    (SELECT count(*) FROM sighting WHERE image_id = ANY($1::uuid[])) AS sightings,
    (SELECT count(*) FROM file WHERE image_id = ANY($1::uuid[])) AS files
"""

# Cards that were ingested are back in their cameras; what lies on them is not known.
_LEFT: Final = """
SELECT original_path AS path FROM image
WHERE id = ANY($1::uuid[]) AND substring(original_path FROM 1 FOR length($2::bytea)) <> $2
UNION
SELECT rtrim(source.path, '/'::bytea) || '/'::bytea || file.path
FROM file JOIN source ON source.id = file.source_id
WHERE file.image_id = ANY($1::uuid[]) AND file.live AND source.kind = 'drop' ORDER BY path
"""


async def preview(image_ids: Sequence[UUID], *, keeping: Keeping) -> DeletionEffect:
    """Return what deleting images would do. Raises `InvalidValueError` or `NoRecordError`."""
    refuse_number(len(set(image_ids)), "image_ids")
    async with snapshot.snapshot():
        return await _effect(client(), image_ids, keeping=keeping)


async def _effect(
    connection: BaseDBAsyncClient, image_ids: Sequence[UUID], *, keeping: Keeping
) -> DeletionEffect:
    values = [list(image_ids), keeping.prefix]
    (counts,) = await connection.execute_query_dict(_COUNTS, values)
    if counts["images"] < len(set(image_ids)):
        raise NoRecordError("image", "image_ids")
    left = [readable(bytes(row["path"])) for row in await connection.execute_query_dict(_LEFT, values)]
    return DeletionEffect(**counts, files_left=len(left), left_examples=tuple(left[:MOST_EXAMPLES]))


async def delete(
    image_ids: Sequence[UUID], *, note: str, keeping: Keeping
) -> tuple[list[UUID], DeletionEffect]:
    """Delete images; return the ids of the deletions, and what went and what stays.

    Raises `InvalidValueError` or `NoRecordError`; then nothing was deleted. Erase their pictures afterwards.
    """
    wanted = sorted(set(image_ids))
    refuse_number(len(wanted), "image_ids")
    note = clean_text(note, "note")

    async def write(transaction: BaseDBAsyncClient) -> tuple[list[UUID], DeletionEffect]:
        await removal.lock_jobs(transaction, wanted)
        stays = await deployment_rows.lock_of_images(transaction, wanted)
        await removal.lock(transaction, wanted)
        effect = await _effect(transaction, wanted, keeping=keeping)
        made = await deletions.make(transaction, wanted, note=note)
        why = sentence(await snapshot.now(transaction), zone=keeping.zone)
        touched = await _reject_files(transaction, wanted, why=why)
        gone = await removal.remove(transaction, wanted)
        await deployment_rows.remove_empty(transaction, stays)
        await _tell(transaction, touched, gone)
        await idempotency_keys.forget_answers(transaction)
        return made, effect

    return await clock_lock.alone(write)


_REJECT: Final = """
UPDATE file SET state = 'rejected', reason = 'DELETED', message = file.display_path || ': ' || $2::text,
    sha256 = image.sha256, image_id = NULL, placed = FALSE, settled_at = now()
FROM image WHERE image.id = file.image_id AND image.id = ANY($1::uuid[]) RETURNING file.dump_id
"""


async def _reject_files(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID], *, why: str) -> list[UUID]:
    """Reject every file of images; return the ids of their dumps."""
    # Registration locks rows in the same order.
    await transaction.execute_query_dict(
        "SELECT FROM file WHERE image_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", [list(image_ids)]
    )
    rows = await transaction.execute_query_dict(_REJECT, [list(image_ids), why])
    return sorted({row["dump_id"] for row in rows})


async def _tell(transaction: BaseDBAsyncClient, dump_ids: Sequence[UUID], gone: Sequence[FeedEntry]) -> None:
    """Record that the receipts of dumps changed, and append the events."""
    await dumps.note_change(transaction, dump_ids)
    settled = [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in dump_ids]
    await feed.append(transaction, [*gone, *settled])


async def undo(deletion_ids: Sequence[UUID]) -> list[Deletion]:
    """Take deletions back; return them. Their files can be tried again, or their photos be delivered again.

    Raises `InvalidValueError` or `NoRecordError`; then nothing was taken back.
    """
    wanted = sorted(set(deletion_ids))
    refuse_number(len(wanted), "deletion_ids")
    async with in_transaction("default") as transaction:
        hashes = await deletions.take_back(transaction, wanted)
        rows = await transaction.execute_query_dict(
            "SELECT DISTINCT dump_id FROM file WHERE reason = 'DELETED' AND sha256 = ANY($1) ORDER BY dump_id",
            [hashes],
        )
        await _tell(transaction, [row["dump_id"] for row in rows], [])
    return await Deletion.filter(id__in=wanted).order_by("id")
