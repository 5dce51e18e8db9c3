"""What is left to do, for monitoring that asks often: counted in indexes of what waits, never in a whole table.

The status counts more exactly: a job whose image another detector has in hand does not wait there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from thumper.store.images.detections import CURRENT
from thumper.store.images.image_counts import ImageCounts
from thumper.store.images.image_tally import TOTAL
from thumper.store.postgres.connect import client


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLeft:
    """Images by state, jobs that wait for the detector, files that wait to be read; as of `read_at`."""

    read_at: dt.datetime
    images: ImageCounts
    held: int
    """Images that wait until somebody asks for detection."""
    queued: int
    files: int


_WAITING: Final = f"SELECT count(*) FROM job WHERE state = 'pending' AND detector_id = {CURRENT}"
_LEFT: Final = f"""
SELECT now() AS read_at, pending, processing, failed, {TOTAL} - pending - processing - failed AS completed,
    waiting, queued, (SELECT count(*) FROM file WHERE state IN ('seen', 'stable')) AS files
FROM (
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
        count(*) FILTER (WHERE state = 'processing') AS processing,
        count(*) FILTER (WHERE state = 'failed') AS failed
    FROM image WHERE state <> 'completed'
) AS unfinished, (SELECT ({_WAITING}) AS waiting, ({_WAITING} AND NOT held) AS queued) AS jobs
"""


async def read_work_left() -> WorkLeft:
    """Count everything as of one moment."""
    (row,) = await client().execute_query_dict(_LEFT)
    states = {state: row[state] for state in ("pending", "processing", "completed", "failed")}
    return WorkLeft(
        read_at=row["read_at"],
        images=ImageCounts(**states),
        held=row["waiting"] - row["queued"],
        queued=row["queued"],
        files=row["files"],
    )
