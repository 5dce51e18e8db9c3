"""Files that were admitted incomplete and whose path holds the whole photo now: both count as one file."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.arrived_part import ArrivedPart
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.store.files import dumps
from thumper.store.images import removal, withdrawal
from thumper.store.images.withdrawal import WithdrawnImage
from thumper.store.places import deployment_rows, inherited_places
from thumper.store.postgres.unnest import arrays, unnest


@dataclass(frozen=True, slots=True)
class IncompleteImage:
    """What the path of a file held before: an image of which a part was missing."""

    image_id: UUID | None
    """None for one that a person deleted."""
    sha256: bytes
    arrived: ArrivedPart


# A rejected file that changes keeps its row, and with it the hash of the deleted photo that it held.
_BEFORE: Final = """
SELECT DISTINCT ON (file.id, image.id) file.id AS file_id, image.id AS image_id, image.sha256, image.arrived
FROM file JOIN file AS before ON before.source_id = file.source_id AND before.path = file.path AND NOT before.live
JOIN image ON image.id = before.image_id
WHERE file.id = ANY($1::uuid[]) AND image.arrived IS NOT NULL
UNION ALL
SELECT file.id, NULL::uuid, deletion.sha256, deletion.arrived
FROM file JOIN deletion ON deletion.sha256 = file.sha256 AND deletion.undone_at IS NULL
WHERE file.id = ANY($1::uuid[]) AND deletion.arrived IS NOT NULL
UNION ALL
SELECT file.id, NULL::uuid, deletion.sha256, deletion.arrived
FROM file JOIN file AS before ON before.source_id = file.source_id AND before.path = file.path AND NOT before.live
JOIN deletion ON deletion.sha256 = before.sha256 AND deletion.undone_at IS NULL
WHERE file.id = ANY($1::uuid[]) AND deletion.arrived IS NOT NULL
"""


async def find(
    connection: BaseDBAsyncClient, file_ids: Collection[UUID]
) -> dict[UUID, list[IncompleteImage]]:
    """Return the incomplete images that the paths of files held before, by the id of the file's present row."""
    found: dict[UUID, list[IncompleteImage]] = {}
    for row in await connection.execute_query_dict(_BEFORE, [sorted(file_ids)]):
        arrived = ArrivedPart.from_json(json.loads(row["arrived"]))
        image = IncompleteImage(row["image_id"], bytes(row["sha256"]), arrived)
        found.setdefault(row["file_id"], []).append(image)
    return found


_WHOLES: Final = {"incomplete_id": "uuid", "image_id": "uuid"}
# Each row of an incomplete image, and the live row of its path if that has the whole one.
_ROWS: Final = f"""
{unnest(_WHOLES)} JOIN file AS row ON row.image_id = fresh.incomplete_id
LEFT JOIN file AS now ON now.source_id = row.source_id AND now.path = row.path AND now.live AND NOT row.live
    AND now.image_id = fresh.image_id
"""
_ELSEWHERE: Final = f"SELECT row.image_id FROM {_ROWS} WHERE now.id IS NULL"
_OF_ONE_DUMP: Final = f"""
DELETE FROM file WHERE id IN (
    SELECT row.id FROM {_ROWS}
    WHERE now.dump_id = row.dump_id AND (row.state = 'duplicate' OR row.image_id = ANY($3::uuid[]))
)
"""
_OF_OTHERS: Final = f"""
UPDATE file SET state = 'duplicate', image_id = whole.image_id
FROM (SELECT row.id, fresh.image_id FROM {_ROWS} WHERE row.image_id = ANY($3::uuid[])) AS whole
WHERE file.id = whole.id RETURNING file.dump_id
"""


async def replace(
    transaction: BaseDBAsyncClient, wholes: Collection[tuple[UUID, UUID]], *, server_zone: ZoneInfo
) -> tuple[list[WithdrawnImage], list[FeedEntry]]:
    """Withdraw incomplete images whose path has the whole one now, given as pairs of both; return what was withdrawn.

    What a person said of where an incomplete one is from is said of the whole one then. The earlier row of the same
    delivery goes; that of an earlier delivery becomes a duplicate of the whole photo. An image whose boxes a person has
    judged stays, and one whose bytes are at another path as well. The feed entries are to be appended at the end of the
    transaction.
    """
    if not wholes:
        return [], []
    pairs = arrays(sorted(wholes))
    stays = await deployment_rows.lock_of_images(transaction, [*pairs[0], *pairs[1]])
    gone = await withdrawal.lock_unspoken(transaction, {incomplete_id for incomplete_id, _ in wholes})
    moved = await inherited_places.hand_over(transaction, sorted(wholes), server_zone=server_zone)
    gone -= {row["image_id"] for row in await transaction.execute_query_dict(_ELSEWHERE, pairs)}
    await transaction.execute_query_dict(_OF_ONE_DUMP, [*pairs, sorted(gone)])
    rows = await transaction.execute_query_dict(_OF_OTHERS, [*pairs, sorted(gone)])
    touched = {row["dump_id"] for row in rows}
    await dumps.touch(transaction, touched)
    withdrawn, entries = await withdrawal.withdraw(transaction, gone)
    await deployment_rows.remove_empty(transaction, stays)
    entries += moved
    entries += [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in sorted(touched)]
    return withdrawn, entries


_DELETED_PARTS: Final = {"file_id": "uuid", "sha256": "bytea"}
_FORGET_PARTS: Final = f"""
DELETE FROM file WHERE id IN (
    SELECT row.id FROM {unnest(_DELETED_PARTS)} JOIN file AS now ON now.id = fresh.file_id
    JOIN file AS row ON row.source_id = now.source_id AND row.path = now.path AND row.dump_id = now.dump_id
    WHERE NOT row.live AND row.reason = 'DELETED' AND row.sha256 = fresh.sha256
)
"""


async def forget_parts(transaction: BaseDBAsyncClient, parts: Collection[tuple[UUID, bytes]]) -> None:
    """Delete the earlier rows, in the same delivery, of rejected files of which a part was deleted before.

    Given are the ids of files, each with the hash of a part of it. They have two rows if that happened meanwhile.
    """
    if parts:
        await transaction.execute_query_dict(_FORGET_PARTS, arrays(sorted(parts)))


_REJECTED: Final = {"incomplete_id": "uuid", "sha256": "bytea"}
# As `_ROWS`, but the live row of the path was rejected, because a person deleted the whole photo.
_REJECTED_ROWS: Final = f"""
{unnest(_REJECTED)} JOIN file AS row ON row.image_id = fresh.incomplete_id
LEFT JOIN file AS now ON now.source_id = row.source_id AND now.path = row.path AND now.live AND NOT row.live
    AND now.reason = 'DELETED' AND now.sha256 = fresh.sha256
"""
_PARTS_ELSEWHERE: Final = f"SELECT row.image_id FROM {_REJECTED_ROWS} WHERE now.id IS NULL"
_PARTS_OF_ONE_DUMP: Final = f"""
DELETE FROM file WHERE id IN (
    SELECT row.id FROM {_REJECTED_ROWS}
    WHERE now.dump_id = row.dump_id AND (row.state = 'duplicate' OR row.image_id = ANY($3::uuid[]))
)
"""
_PARTS_OF_OTHERS: Final = f"""
UPDATE file SET state = 'rejected', reason = 'DELETED', message = whole.message, sha256 = whole.sha256,
    image_id = NULL, placed = FALSE
FROM (SELECT row.id, now.message, now.sha256 FROM {_REJECTED_ROWS} WHERE row.image_id = ANY($3::uuid[])) AS whole
WHERE file.id = whole.id RETURNING file.dump_id
"""


async def reject(
    transaction: BaseDBAsyncClient, parts: Collection[tuple[UUID, bytes]]
) -> tuple[list[WithdrawnImage], list[FeedEntry]]:
    """Withdraw incomplete images whose path has a whole photo now that a person deleted, given with that one's hash.

    It was deleted with all that was said of it, and so is its part. Rows of files become one as in `replace`, and that
    of an earlier delivery is rejected like the whole. The feed entries are to be appended at the end of the
    transaction.
    """
    if not parts:
        return [], []
    pairs = arrays(sorted(parts))
    stays = await deployment_rows.lock_of_images(transaction, pairs[0])
    await removal.lock(transaction, pairs[0])
    elsewhere = await transaction.execute_query_dict(_PARTS_ELSEWHERE, pairs)
    gone = sorted(set(pairs[0]) - {row["image_id"] for row in elsewhere})
    await transaction.execute_query_dict(_PARTS_OF_ONE_DUMP, [*pairs, gone])
    rows = await transaction.execute_query_dict(_PARTS_OF_OTHERS, [*pairs, gone])
    touched = {row["dump_id"] for row in rows}
    await dumps.note_change(transaction, sorted(touched))
    withdrawn, entries = await withdrawal.withdraw(transaction, gone)
    await deployment_rows.remove_empty(transaction, stays)
    entries += [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in sorted(touched)]
    return withdrawn, entries
