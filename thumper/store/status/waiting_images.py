"""Why images have no result yet, from what is stored of them, of their jobs and of the workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from thumper.domain.progress import ProcessRole
from thumper.domain.waiting import Waiting, WaitingImage, WorkerState, why_waiting
from thumper.store.images.detections import CURRENT
from thumper.store.postgres.connect import client
from thumper.store.status.system_status import ProcessStatus, read_processes

_WAITING: Final = f"""
SELECT image.id, image.state = 'processing' AS processing, job.id AS job_id, job.held, job.alone,
    job.error IS NOT NULL AS doubted, CASE WHEN job.not_before > now() THEN job.not_before END AS retry_at,
    job.lease_until, job.lease_until < now() AS lease_over,
    detector.id AS detector_id, detector.name AS detector, source.display_path AS offline
FROM image JOIN dump ON dump.id = image.dump_id
LEFT JOIN source ON source.id = dump.source_id AND source.kind = 'drop' AND source.state = 'offline'
    AND position(source.path IN image.original_path) = 1
LEFT JOIN detector ON detector.id = {CURRENT}
LEFT JOIN job ON job.image_id = image.id AND job.detector_id = detector.id
WHERE image.id = ANY($1::uuid[]) AND image.state IN ('pending', 'processing')
"""

# The queue up to the last of the jobs that are asked about, in the order in which it is claimed: first those that run
# alone, each part in the order of its index.
_CLAIMABLE: Final = f"""
SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM job
WHERE state = 'pending' AND NOT held AND not_before <= now() AND detector_id = {CURRENT}
"""
_AHEAD: Final = f"""
WITH lone AS ({_CLAIMABLE} AND alone = TRUE),
others AS ({_CLAIMABLE} AND alone = FALSE
    AND id <= (SELECT asked.id FROM unnest($1::uuid[]) AS asked(id) ORDER BY asked.id DESC LIMIT 1))
SELECT id, place AS ahead FROM lone WHERE id = ANY($1::uuid[])
UNION ALL SELECT id, place + (SELECT count(*) FROM lone) FROM others WHERE id = ANY($1::uuid[])
"""


async def why(image_ids: Sequence[UUID]) -> dict[UUID, Waiting]:
    """Return why each image has no result yet; those that were completed or failed are left out."""
    rows = await client().execute_query_dict(_WAITING, [list(image_ids)])
    if not rows:
        return {}
    jobs = [row["job_id"] for row in rows if row["job_id"] is not None]
    counted = await client().execute_query_dict(_AHEAD, [jobs])
    ahead = {row["id"]: row["ahead"] for row in counted}
    workers = [_state(own) for own in await read_processes() if own.role is ProcessRole.WORK]
    return {row["id"]: why_waiting(_image(row, ahead=ahead.get(row["job_id"], 0)), workers) for row in rows}


def _image(row: dict[str, Any], *, ahead: int) -> WaitingImage:
    if row["job_id"] is None:
        return WaitingImage(processing=row["processing"], queued=False)
    return WaitingImage(
        processing=row["processing"],
        queued=True,
        held=row["held"],
        alone=row["alone"],
        doubted=row["doubted"],
        retry_at=row["retry_at"],
        lease_until=row["lease_until"],
        lease_over=bool(row["lease_over"]),
        offline=row["offline"] or "",
        detector_id=row["detector_id"],
        detector=row["detector"],
        ahead=ahead,
    )


def _state(process: ProcessStatus) -> WorkerState:
    return WorkerState(
        lives=process.lives,
        detector_id=process.detector_id,
        condition=process.condition,
        message=process.message,
    )
