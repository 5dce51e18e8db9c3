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
from thumper.store.images import withdrawal
from thumper.store.images.withdrawal import WithdrawnImage
from thumper.store.places import deployment_rows, inherited_places
from thumper.store.postgres.unnest import arrays, unnest


@dataclass(frozen=True, slots=True)
class IncompleteImage:
    """What the path of a file held before: an image of which a part was missing."""

    image_id: UUID
    sha256: bytes
    arrived: ArrivedPart


_BEFORE: Final = """
SELECT DISTINCT ON (file.id, image.id) file.id AS file_id, image.id AS image_id, image.sha256, image.arrived
FROM file JOIN file AS before ON before.source_id = file.source_id AND before.path = file.path AND NOT before.live
JOIN image ON image.id = before.image_id
WHERE file.id = ANY($1::uuid[]) AND image.arrived IS NOT NULL
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
