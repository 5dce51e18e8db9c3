"""How far detection is with a set of images: those that a dump delivered first, those of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

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


async def of_batches(batch_ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    """Count the images of each batch by the state of its jobs, all as of one moment."""
    return await _count("job", "batch_id", batch_ids)


async def _count(table: str, parent: str, ids: Sequence[UUID]) -> dict[UUID, ImageCounts]:
    rows = await client().execute_query_dict(
        f"SELECT {parent} AS parent, state, count(*) AS images FROM {table}"
        f" WHERE {parent} = ANY($1::uuid[]) GROUP BY {parent}, state",
        [list(ids)],
    )
    states: dict[UUID, dict[str, int]] = {uuid: {} for uuid in ids}
    for row in rows:
        states[row["parent"]][row["state"]] = row["images"]
    return {uuid: ImageCounts(**counts) for uuid, counts in states.items()}
