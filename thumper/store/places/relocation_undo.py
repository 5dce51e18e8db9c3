"""Taking changes of places back: everything that a change moved is as it was before.

What arrived since stays where it is. A change is not taken back while a later one stands that moved the same things.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.clock_effect import Effect
from thumper.domain.place_effect import PlaceEffect, StayChange, opened_first
from thumper.domain.refusal import InvalidValueError, NoRecordError, Refusal
from thumper.domain.stay import Stay, one_at_a_time
from thumper.errors import RefusedError
from thumper.store.feed import feed
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models import Relocation
from thumper.store.places import deployment_moves, placement, relocation_rows
from thumper.store.places.placement import PAGE, Moved
from thumper.store.times import clock_lock
from thumper.store.times.recompute import ImageScope, Recomputation


class RelocatedSinceError(Refusal, RefusedError):
    """Raised if a `later` change moved what is to be moved back."""

    def __init__(self, later: Relocation) -> None:
        super().__init__(
            f"A later change, of {later.created_at:%Y-%m-%d %H:%M} UTC, moved some of the same photos, dumps or"
            " deployments. Take that one back first.",
            "relocation_id",
        )
        self.later = later


@dataclass(slots=True, kw_only=True)
class _Undoing:
    """One change on its way back."""

    transaction: BaseDBAsyncClient
    change: Relocation
    server_zone: ZoneInfo
    dump_ids: set[UUID] = field(default_factory=set)

    async def query(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Run a statement whose first parameter is the id of the change."""
        return await self.transaction.execute_query_dict(sql, [self.change.id, *values])


async def undo(relocation_id: UUID, *, server_zone: ZoneInfo) -> PlaceEffect:
    """Take a change back; return what that did.

    Raises `NoRecordError`, `InvalidValueError` for one that was taken back already or whose place is gone, and
    `RelocatedSinceError`.
    """

    async def write(transaction: BaseDBAsyncClient) -> PlaceEffect:
        rows = Relocation.filter(id=relocation_id).using_db(transaction)
        change = await rows.get_or_none()
        if change is None:
            raise NoRecordError("change of a place", "relocation_id")
        if change.undone_at is not None:
            message = f"This change was taken back already, at {change.undone_at:%Y-%m-%d %H:%M} UTC."
            raise InvalidValueError(message, "relocation_id")
        work = _Undoing(transaction=transaction, change=change, server_zone=server_zone)
        await _refuse_moved(work)
        await _refuse_gone(work)
        await work.query("UPDATE relocation SET undone_at = clock_timestamp() WHERE id = $1")
        effect = await _move_back(work)
        await feed.append(transaction, Moved(dump_ids=work.dump_ids).entries)
        return effect

    return await clock_lock.alone(write)


def _shared(table: str, column: str) -> str:
    return f"""
    SELECT theirs.relocation_id FROM {table} AS own JOIN {table} AS theirs USING ({column})
    WHERE own.relocation_id = $1 AND theirs.relocation_id <> $1
    """


_ORIGINS: Final = """
SELECT location_id FROM image_move WHERE relocation_id = $1
UNION SELECT location_id FROM dump_move WHERE relocation_id = $1
UNION SELECT location_id FROM deployment_move WHERE relocation_id = $1
"""

# Also one that merged away where something would go back to.
_LATER: Final = f"""
SELECT id FROM relocation WHERE undone_at IS NULL AND created_at > $2 AND (id IN (
    {_shared("image_move", "image_id")} UNION {_shared("dump_move", "dump_id")}
    UNION {_shared("deployment_move", "deployment_id")}
) OR merged_id IN ({_ORIGINS})) ORDER BY created_at DESC LIMIT 1
"""


async def _refuse_moved(work: _Undoing) -> None:
    rows = await work.query(_LATER, work.change.created_at)
    if rows:
        raise RelocatedSinceError(await Relocation.get(id=rows[0]["id"], using_db=work.transaction))


_GONE: Final = f"""
SELECT before.location_id FROM ({_ORIGINS} UNION SELECT $2::uuid) AS before
WHERE location_id IS NOT NULL AND NOT EXISTS (SELECT FROM location WHERE location.id = before.location_id)
"""


async def _refuse_gone(work: _Undoing) -> None:
    if await work.query(_GONE, work.change.merged_id):
        message = (
            "A location where something was before has been deleted since, so this cannot be taken back."
        )
        raise InvalidValueError(message, "relocation_id")


_DUMPS: Final = """
UPDATE dump SET location_id = dump_move.location_id FROM dump_move
WHERE dump_move.relocation_id = $1 AND dump.id = dump_move.dump_id RETURNING dump.id
"""

_IDS: Final = f"""
SELECT image.id, image.dump_id FROM image_move JOIN image ON image.id = image_move.image_id
WHERE image_move.relocation_id = $1 {IN_ORDER}
"""

_IMAGES: Final = """
UPDATE image SET location_id = image_move.location_id, deployment_id = deployment.id
FROM image_move LEFT JOIN deployment ON deployment.id = image_move.deployment_id
WHERE image_move.relocation_id = $1 AND image.id = image_move.image_id AND image.id = ANY($2::uuid[])
"""


async def _move_back(work: _Undoing) -> PlaceEffect:
    """Move everything back: the alias, dumps, deployments, images, capture times; then what came since."""
    if work.change.merged_id is not None:
        await work.transaction.execute_query_dict(
            "UPDATE location SET merged_into_id = NULL WHERE id = $1", [work.change.merged_id]
        )
    dump_ids = [row["id"] for row in await work.query(_DUMPS)]
    images = await work.query(_IDS)
    work.dump_ids |= {*dump_ids, *(row["dump_id"] for row in images)}
    stays, touched = await _stays_before(work)
    await deployment_moves.write(work.transaction, stays)
    image_ids = [row["id"] for row in images]
    for start in range(0, len(image_ids), PAGE):
        await work.query(_IMAGES, image_ids[start : start + PAGE])
    await deployment_moves.remove(work.transaction, stays)
    recomputation = Recomputation(scope=ImageScope(image_ids), server_zone=work.server_zone)
    clock = await recomputation.write(work.transaction) if image_ids else Effect()
    stays += await _settle_newer(work, touched)
    return PlaceEffect(
        moves=await relocation_rows.image_moves(
            work.transaction,
            work.change.id,
            to=work.change.location_id,
            server_zone=work.server_zone,
            back=True,
        ),
        already=0,
        dumps=len(dump_ids),
        clock=clock,
        stays=tuple(sorted(stays, key=opened_first)),
    )


_MOVES: Final = """
SELECT deployment_id AS id, camera_id, location_id, opened_at, ended_at FROM deployment_move WHERE relocation_id = $1
"""

_JOINED: Final = """
SELECT DISTINCT image.deployment_id FROM image WHERE image.deployment_id = ANY($2::uuid[])
    AND NOT EXISTS (SELECT FROM image_move WHERE relocation_id = $1 AND image_move.image_id = image.id)
"""


async def _stays_before(work: _Undoing) -> tuple[list[StayChange], list[UUID]]:
    """Return how deployments become what they were, and the ids of those that the change had moved.

    One that the change opened goes, unless photos joined it since, or its clock was repaired.
    """
    rows = await work.query(_MOVES)
    made = [row["id"] for row in rows if row["location_id"] is None]
    joined = {row["deployment_id"] for row in await work.query(_JOINED, made)}
    known, now = await deployment_moves.read_stays(work.transaction, {row["camera_id"] for row in rows})
    changes: list[StayChange] = []
    for camera_id, stays in now.items():
        own = [row for row in rows if row["camera_id"] == camera_id]
        after = one_at_a_time(_restored(stays, own, joined), known=camera_id in known)
        changes += deployment_moves.changes(camera_id, stays, after)
    return changes, [row["id"] for row in rows]


def _restored(
    stays: dict[UUID, Stay], rows: Sequence[dict[str, Any]], joined: Collection[UUID]
) -> dict[UUID, Stay]:
    after = dict(stays)
    for row in rows:
        there = stays.get(row["id"])
        if row["location_id"] is not None:
            values = {name: row[name] for name in ("id", "location_id", "opened_at", "ended_at")}
            after[row["id"]] = Stay(**values, repaired=there is not None and there.repaired)
        elif there is not None and not there.repaired and row["id"] not in joined:
            del after[row["id"]]
    return after


_NEWER: Final = f"""
SELECT image.id, image.location_id FROM image JOIN deployment ON deployment.id = image.deployment_id
WHERE deployment.id = ANY($1::uuid[]) AND (
    image.location_id IS DISTINCT FROM deployment.location_id
    OR image.created_at > $2 AND image.created_at > deployment.ended_at
)
{IN_ORDER}
"""


async def _settle_newer(work: _Undoing, stay_ids: Sequence[UUID]) -> list[StayChange]:
    """Settle photos that came since, whose deployments went back or ended without them, in deployments of their own."""
    rows = await work.transaction.execute_query_dict(_NEWER, [stay_ids, work.change.created_at])
    changes: list[StayChange] = []
    for location_id in sorted({row["location_id"] for row in rows if row["location_id"] is not None}):
        newer = [row["id"] for row in rows if row["location_id"] == location_id]
        moved = await placement.move(work.transaction, newer, location_id, server_zone=work.server_zone)
        work.dump_ids.update(moved.dump_ids)
        changes += moved.stays
    return changes
