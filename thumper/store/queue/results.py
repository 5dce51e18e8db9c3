"""Writing down what a detector saw: run, boxes, image, job and feed in one fenced transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.detection import Detection
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.progress import ImageState
from thumper.store.counters import counters
from thumper.store.counters.counters import Counted
from thumper.store.deer import empty_images
from thumper.store.feed import feed
from thumper.store.images import image_lock, repeats
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest
from thumper.store.queue.leases import Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one job found. `duration_ms` is the time in the model for this image."""

    job_id: UUID
    detections: tuple[Detection, ...]
    duration_ms: float
    damaged: bool = False
    """Whether only a part of the photo could be decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What made the results: where the model ran and what its labels mean."""

    device: str
    engine: str
    class_map: ClassMap


# A job that is missing from the answer was lost to another worker.
_COMPLETE: Final = """
UPDATE job SET state = 'completed', lease_token = NULL, lease_until = NULL, finished_at = now(), alone = FALSE
FROM image WHERE job.id = ANY($2::uuid[]) AND job.lease_token = $1 AND image.id = job.image_id
RETURNING job.id, job.image_id, job.detector_id, job.batch_id, image.dump_id
"""

_RUNS: Final = """
INSERT INTO detection_run (id, image_id, detector_id, device, engine, duration_ms)
SELECT run.id, run.image_id, run.detector_id, $5, $6, run.duration_ms
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[]) AS run(id, image_id, detector_id, duration_ms)
ON CONFLICT (image_id, detector_id) DO NOTHING RETURNING id
"""

_COLUMNS: Final = {
    "id": "uuid",
    "run_id": "uuid",
    "ordinal": "int2",
    "image_id": "uuid",
    "detector_id": "uuid",
    "label": "text",
    "confidence": "float8",
    "x": "float8",
    "y": "float8",
    "width": "float8",
    "height": "float8",
    "shown": "bool",
    "duplicate_of": "int2",
    "species": "text",
    "sex": "text",
    "life_stage": "text",
}

_LABEL, _SHOWN = (list(_COLUMNS).index(column) for column in ("label", "shown"))

_DETECTIONS: Final = f"""
INSERT INTO detection ({", ".join(_COLUMNS)}) SELECT * FROM {unnest(_COLUMNS)}
"""


async def write(lease: Lease, results: Sequence[Result], origin: Origin) -> int:
    """Complete the jobs that this lease still holds; return how many those were.

    Jobs lost to another worker are left alone, so writing the same results twice changes nothing.
    """
    async with in_transaction("default") as transaction:
        rows = await transaction.execute_query_dict(
            _COMPLETE, [lease.token, [result.job_id for result in results]]
        )
        held = {row["id"]: row for row in rows}
        own = [(held[result.job_id], result) for result in results if result.job_id in held]
        if not own:
            return 0
        boxes = await _insert(transaction, own, origin)
        await image_lock.lock(transaction, [job["image_id"] for job, _ in own])
        await transaction.execute_query_dict(
            """
            UPDATE image SET state = 'completed', processed_at = now(), error_code = NULL, error = NULL,
                damaged = done.damaged
            FROM unnest($1::uuid[], $2::bool[]) AS done(id, damaged) WHERE image.id = done.id
            """,
            [[job["image_id"] for job, _ in own], [result.damaged for _, result in own]],
        )
        image_ids = [job["image_id"] for job, _ in own]
        rejected = await empty_images.reject_later(transaction, image_ids)
        await repeats.note(transaction, image_ids)
        await counters.add(transaction, [*boxes, *[(Counted.IMAGES, ImageState.COMPLETED.value)] * len(own)])
        await feed.append(
            transaction,
            [
                *rejected,
                *(
                    FeedEntry(
                        kind=FeedKind.IMAGE_PROCESSED,
                        image_id=job["image_id"],
                        dump_id=job["dump_id"],
                        batch_id=job["batch_id"],
                    )
                    for job, _ in own
                ),
            ],
        )
    return len(own)


async def _insert(
    transaction: BaseDBAsyncClient, own: Sequence[tuple[dict[str, Any], Result]], origin: Origin
) -> list[tuple[Counted, str]]:
    """Write runs and boxes; return what is to be counted of the boxes."""
    run_ids = [new_id() for _ in own]
    inserted = await transaction.execute_query_dict(
        _RUNS,
        [
            run_ids,
            [job["image_id"] for job, _ in own],
            [job["detector_id"] for job, _ in own],
            [result.duration_ms for _, result in own],
            origin.device,
            origin.engine,
        ],
    )
    fresh = {row["id"] for row in inserted}
    rows = [
        _row(run_id, job, detection, class_map=origin.class_map)
        for run_id, (job, result) in zip(run_ids, own, strict=True)
        if run_id in fresh
        for detection in result.detections
    ]
    if rows:
        await transaction.execute_query_dict(_DETECTIONS, arrays(rows))
    return [(Counted.DETECTIONS, row[_LABEL]) for row in rows if row[_SHOWN]]


def _row(run_id: UUID, job: dict[str, Any], detection: Detection, *, class_map: ClassMap) -> tuple[Any, ...]:
    """Return the values of one box in the order of `_COLUMNS`."""
    meaning = class_map.meaning(detection.label)
    box = detection.box
    return (
        new_id(),
        run_id,
        detection.ordinal,
        job["image_id"],
        job["detector_id"],
        detection.label,
        detection.confidence,
        box.x,
        box.y,
        box.width,
        box.height,
        class_map.shows(detection.label, detection.confidence),
        detection.duplicate_of,
        meaning.species,
        meaning.sex.value,
        meaning.life_stage.value,
    )
