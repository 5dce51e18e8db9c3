"""How far detection is with a set of images: those of a dump or a batch, those that a dump was first to deliver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from thumper.store.images.detections import CURRENT
from thumper.store.postgres.connect import client


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """Images by state."""

    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All images: the sum of the states."""
        return self.pending + self.processing + self.completed + self.failed

    @property
    def done(self) -> int:
        """Images that need no more detection."""
        return self.completed + self.failed

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == self.total


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    """Count the images that each dump was the first to deliver, all as of one moment."""
    return await _count("image", "dump_id", dump_ids)


# An image that a dump delivered twice is one image.
_OF_FILES: Final = """
SELECT shown.dump_id AS parent, image.state, count(*) AS images
FROM (SELECT DISTINCT dump_id, image_id FROM file WHERE dump_id = ANY($1::uuid[]) AND image_id IS NOT NULL) AS shown
JOIN image ON image.id = shown.image_id GROUP BY shown.dump_id, image.state
"""


async def of_files(dump_ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    """Count the images that the files of each dump are, also those that another dump had delivered before."""
    return _counted(await client().execute_query_dict(_OF_FILES, [list(dump_ids)]), dump_ids)


_HELD: Final = f"""
SELECT file.dump_id, count(DISTINCT job.image_id) AS images FROM file JOIN job ON job.image_id = file.image_id
WHERE file.dump_id = ANY($1::uuid[]) AND job.held AND job.state = 'pending' AND job.detector_id = {CURRENT}
GROUP BY file.dump_id
"""


async def held(dump_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images that the files of each dump are and that wait until somebody asks for detection."""
    rows = await client().execute_query_dict(_HELD, [list(dump_ids)])
    return dict.fromkeys(dump_ids, 0) | {row["dump_id"]: row["images"] for row in rows}


async def of_batches(batch_ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    """Count the images of each batch by the state of its jobs, all as of one moment."""
    return await _count("job", "batch_id", batch_ids)


async def _count(table: str, parent: str, ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    rows = await client().execute_query_dict(
        f"SELECT {parent} AS parent, state, count(*) AS images FROM {table}"
        f" WHERE {parent} = ANY($1::uuid[]) GROUP BY {parent}, state",
        [list(ids)],
    )
    return _counted(rows, ids)


def _counted(rows: Sequence[dict[str, Any]], ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    states: dict[UUID, dict[str, int]] = {uuid: {} for uuid in ids}
    for row in rows:
        states[row["parent"]][row["state"]] = row["images"]
    return {uuid: ImageCounts(**counts) for uuid, counts in states.items()}
