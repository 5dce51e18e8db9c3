"""Moving images to another place, with the deployments and capture times that follow from it.

Works inside the caller's transaction, a set at a time. It does not record who moved them, or where they were:
`relocations` does, for what a person asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.clock_effect import Effect
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.place_effect import StayChange
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.places import deployment_moves
from thumper.store.places.deployment_moves import Resettled
from thumper.store.postgres.unnest import arrays
from thumper.store.times.recompute import ImageScope, Recomputation

PAGE: Final = 5000
"""Images written at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What moving images did: to which of them, to their capture times, to deployments, and of which dumps they are."""

    image_ids: Sequence[UUID] = ()
    clock: Effect = field(default_factory=Effect)
    stays: Sequence[StayChange] = ()
    dump_ids: Collection[UUID] = ()

    @property
    def entries(self) -> list[FeedEntry]:
        """The events that tell of it, to be appended as the last statement of the transaction."""
        return [FeedEntry(kind=FeedKind.PLACE_CHANGED, dump_id=dump_id) for dump_id in sorted(self.dump_ids)]


_NOT_DECIDED: Final = f"""
SELECT image.id FROM image WHERE image.id = ANY($1::uuid[]) AND image.location_id IS DISTINCT FROM $2::uuid
    AND NOT EXISTS (
        SELECT FROM image_move JOIN relocation ON relocation.id = image_move.relocation_id
        WHERE image_move.image_id = image.id AND relocation.undone_at IS NULL
    )
{IN_ORDER}
"""


async def place_images(
    transaction: BaseDBAsyncClient,
    image_ids: Collection[UUID],
    location_id: UUID | None,
    *,
    server_zone: ZoneInfo,
) -> Moved:
    """Set the place of images, as what was delivered says; those whose place a person decided stay where they are.

    Deployments and capture times follow. The caller shares the clock lock, and appends `Moved.entries` to the feed.
    """
    rows = await transaction.execute_query_dict(_NOT_DECIDED, [sorted(image_ids), location_id])
    return await move(transaction, [row["id"] for row in rows], location_id, server_zone=server_zone)


async def move(
    transaction: BaseDBAsyncClient,
    image_ids: Sequence[UUID],
    location_id: UUID | None,
    *,
    server_zone: ZoneInfo,
    record: Callable[[Resettled], Awaitable[None]] | None = None,
) -> Moved:
    """Move images that are elsewhere, and locked, to a place; None for no place.

    `record` is called when it is known what changes, before anything does.
    """
    if not image_ids:
        return Moved()
    settled = await deployment_moves.resettle_images(transaction, image_ids, to=location_id)
    if record is not None:
        await record(settled)
    await deployment_moves.write(transaction, settled.changes)
    await _write(transaction, image_ids, settled, to=location_id)
    await deployment_moves.remove(transaction, settled.changes)
    recomputation = Recomputation(scope=ImageScope(image_ids), server_zone=server_zone)
    return Moved(
        image_ids=image_ids,
        clock=await recomputation.write(transaction),
        stays=settled.changes,
        dump_ids=settled.dump_ids,
    )


_WRITE: Final = """
UPDATE image SET location_id = $2::uuid, deployment_id = fresh.target_id
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[]) AS fresh(camera_id, deployment_id, dump_id, target_id)
WHERE image.id = ANY($1::uuid[]) AND image.dump_id = fresh.dump_id
    AND image.camera_id IS NOT DISTINCT FROM fresh.camera_id
    AND image.deployment_id IS NOT DISTINCT FROM fresh.deployment_id
"""


async def _write(
    transaction: BaseDBAsyncClient, image_ids: Sequence[UUID], settled: Resettled, *, to: UUID | None
) -> None:
    targets = arrays(settled.targets)
    for start in range(0, len(image_ids), PAGE):
        await transaction.execute_query_dict(_WRITE, [image_ids[start : start + PAGE], to, *targets])
