"""Which dumps are old when they arrive, so that somebody must say whether their clocks were right.

Nothing of it is recorded: it follows from the photos' times as they are now, so a repair that was made after the dump
arrived answers it, and one that is taken back asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from thumper.domain.clock_question import OLD, ClockQuestion
from thumper.store.images.image_doubt import SUSPECT
from thumper.store.postgres.connect import client

_TIMED: Final = f"image.taken_at IS NOT NULL AND NOT {SUSPECT} ORDER BY image.taken_at DESC LIMIT 1"
_COLUMNS: Final = "image.id, image.taken_at, image.clock_fix_id"
_LIMIT: Final = f"dump.first_seen_at - interval '{OLD.days} days'"

# A card that was not wiped delivers its old photos again. Those that stand under another repair than the new ones
# say nothing of them: the new ones may need that repair, too. Their ids are an array since PostgreSQL would else join:
# it then reads all images of the library, or descends into the index for each of them.
_OLD: Final = f"""
SELECT coalesce(again.id, own.id) AS id, coalesce(again.taken_at, own.taken_at) AS taken_at
FROM (SELECT {_COLUMNS} FROM image WHERE image.dump_id = dump.id AND {_TIMED}) AS own
LEFT JOIN LATERAL (
    SELECT {_COLUMNS} FROM image
    WHERE image.id = ANY(ARRAY(
        SELECT file.image_id FROM file WHERE file.dump_id = dump.id AND file.state = 'duplicate'
    )) AND image.taken_at > own.taken_at
        AND image.clock_fix_id IS NOT DISTINCT FROM own.clock_fix_id AND {_TIMED}
) AS again ON TRUE
WHERE own.taken_at < {_LIMIT} AND coalesce(again.taken_at, own.taken_at) < {_LIMIT} AND NOT EXISTS (
    SELECT FROM clock_fix WHERE clock_fix.id = own.clock_fix_id AND clock_fix.created_at >= dump.first_seen_at
)
"""
_UNANSWERED: Final = """dump.settled_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM clock_confirmation WHERE clock_confirmation.dump_id = dump.id AND clock_confirmation.undone_at IS NULL
)"""

ASKED: Final = f"({_UNANSWERED} AND EXISTS ({_OLD}))"
"""Dumps that are asked about."""

_READ: Final = f"""
SELECT dump.id AS dump_id, dump.first_seen_at AS arrived_at, old.id AS newest_id, old.taken_at AS newest_at
FROM dump CROSS JOIN LATERAL ({_OLD}) AS old WHERE dump.id = ANY($1::uuid[]) AND {_UNANSWERED}
"""


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, ClockQuestion]:
    """Return what is to be asked about each dump; one that is not asked about is missing."""
    rows = await client().execute_query_dict(_READ, [list(dump_ids)])
    return {row["dump_id"]: ClockQuestion(**row) for row in rows}
