"""Repairs of camera clocks: previewed, made and taken back; and what needs one.

A repair is a row that is appended and at most marked as taken back. Making one and taking one back write the capture
times of everything that it covers in the same transaction; it also applies to photos that arrive later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.clock_effect import Effect
from thumper.domain.clock_fix import EVERY_READING, ActiveFix, Bounds
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.refusal import InvalidValueError, NoRecordError, Refusal
from thumper.store.feed import feed
from thumper.store.feed.snapshot import now, snapshot
from thumper.store.images.image_doubt import DOUBT, SUSPECT
from thumper.store.models import ClockFix
from thumper.store.postgres.connect import client
from thumper.store.postgres.grouped_count import count_by
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import whole_table
from thumper.store.times import clock_lock
from thumper.store.times.recompute import FixScope, Recomputation

CLOCK_FIXES: Final = whole_table(ClockFix)

MOST_LISTED: Final = 100
"""Repairs listed of one dump or deployment, and groups of doubted images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A correction of a clock: which images, and how many seconds to add to what it showed.

    Only images whose clocks showed what is `shown` are covered. `named` is the photo from which the offset follows.
    """

    scope: FixScope
    offset_s: int
    shown: Bounds = EVERY_READING
    note: str = ""
    named: UUID | None = None


async def preview(repair: Repair, *, server_zone: ZoneInfo) -> Effect:
    """Return what a repair would do, without writing."""
    async with snapshot():
        proposed = ActiveFix(
            fix_id=new_id(), offset_s=repair.offset_s, made_at=await now(), shown=repair.shown
        )
        recomputation = _recomputation(repair, server_zone=server_zone, proposed=proposed)
        return await recomputation.preview(client())


def _recomputation(
    repair: Repair, *, server_zone: ZoneInfo, proposed: ActiveFix | None = None
) -> Recomputation:
    return Recomputation(
        scope=repair.scope,
        server_zone=server_zone,
        shown=repair.shown,
        proposed=proposed,
        named=repair.named,
    )


# Repairs are ordered by this time, so it grows even when the machine's clock is set back.
_MAKE: Final = """
INSERT INTO clock_fix (id, dump_id, deployment_id, offset_s, note, shown_from, shown_until, created_at)
SELECT $1::uuid, $2::uuid, $3::uuid, $4::int, $5::text, $6::timestamp, $7::timestamp,
    greatest(clock_timestamp(), max(created_at) + interval '1 microsecond') FROM clock_fix
"""


async def make(repair: Repair, *, server_zone: ZoneInfo) -> tuple[UUID, Effect]:
    """Repair the clock of everything in the scope; return the id of the repair and what it did."""
    fix_id, scope = new_id(), repair.scope
    dump_id, deployment_id = (
        scope.id if scope.column == column else None for column in ("dump_id", "deployment_id")
    )
    values = [fix_id, dump_id, deployment_id, repair.offset_s, repair.note]

    async def write(transaction: BaseDBAsyncClient) -> Effect:
        await transaction.execute_query_dict(_MAKE, [*values, repair.shown.first, repair.shown.last])
        return await apply(transaction, _recomputation(repair, server_zone=server_zone))

    return fix_id, await clock_lock.alone(write)


async def undo(fix_id: UUID, *, server_zone: ZoneInfo) -> Effect:
    """Take a repair back; every image it decided falls back to the one before, or to its own clock.

    Raises `NoRecordError`, or `InvalidValueError` when it was taken back already.
    """

    async def write(transaction: BaseDBAsyncClient) -> Effect:
        rows = await transaction.execute_query_dict(
            "UPDATE clock_fix SET undone_at = now() WHERE id = $1 AND undone_at IS NULL"
            " RETURNING dump_id, deployment_id, shown_from, shown_until",
            [fix_id],
        )
        if not rows:
            raise await _why_not(transaction, fix_id)
        shown = Bounds(first=rows[0]["shown_from"], last=rows[0]["shown_until"])
        return await apply(
            transaction, Recomputation(scope=_scope(rows[0]), server_zone=server_zone, shown=shown)
        )

    return await clock_lock.alone(write)


async def _why_not(transaction: BaseDBAsyncClient, fix_id: UUID) -> Refusal:
    """Return why a repair cannot be taken back."""
    fix = await ClockFix.get_or_none(id=fix_id, using_db=transaction)
    if fix is None:
        return NoRecordError("repair of a clock", "clock_fix_id")
    return InvalidValueError(
        f"This repair was taken back already, at {fix.undone_at:%Y-%m-%d %H:%M} UTC.", "clock_fix_id"
    )


async def apply(transaction: BaseDBAsyncClient, recomputation: Recomputation) -> Effect:
    """Write the recomputed times, and their events as the last statements of the transaction."""
    effect = await recomputation.write(transaction)
    dump_ids = sorted(recomputation.touched)
    await feed.append(
        transaction, [FeedEntry(kind=FeedKind.CLOCK_FIXED, dump_id=dump_id) for dump_id in dump_ids]
    )
    return effect


def _scope(fix: dict[str, Any]) -> FixScope:
    if fix["dump_id"] is not None:
        return FixScope("dump_id", fix["dump_id"])
    return FixScope("deployment_id", fix["deployment_id"])


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, list[ClockFix]]:
    """Return the repairs of each dump, the latest 100, newest first."""
    return await _of("dump_id", dump_ids)


async def of_deployments(deployment_ids: Sequence[UUID]) -> dict[UUID, list[ClockFix]]:
    """Return the repairs of each deployment, the latest 100, newest first."""
    return await _of("deployment_id", deployment_ids)


async def _of(column: str, ids: Sequence[UUID]) -> dict[UUID, list[ClockFix]]:
    rows = await CLOCK_FIXES.read(
        f"""
        SELECT * FROM (
            SELECT {CLOCK_FIXES.columns},
                row_number() OVER (PARTITION BY {column} ORDER BY created_at DESC, id DESC) AS place
            FROM clock_fix WHERE {column} = ANY($1::uuid[])
        ) AS numbered WHERE place <= {MOST_LISTED} ORDER BY place
        """,
        [list(ids)],
    )
    found: dict[UUID, list[ClockFix]] = {uuid: [] for uuid in ids}
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


async def image_counts(fix_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the images that each repair decides now."""
    return await count_by("image", "clock_fix_id", fix_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Images of one dump and camera whose clocks are doubted for one reason and were not repaired, or not well."""

    dump_id: UUID
    camera_id: UUID | None
    deployment_id: UUID | None
    doubt: ClockDoubt
    images: int
    first_local: dt.datetime
    last_local: dt.datetime
    example_id: UUID
    """The image whose clock showed the earliest time."""


async def suspects() -> list[Suspects]:
    """Return what needs repair, the 100 largest groups."""
    rows = await client().execute_query_dict(
        f"""
        SELECT dump_id, camera_id, deployment_id, {DOUBT} AS doubt, count(*) AS images,
            min(taken_local) AS first_local, max(taken_local) AS last_local,
            (array_agg(id ORDER BY taken_local, id))[1] AS example_id
        FROM image WHERE {SUSPECT} GROUP BY dump_id, camera_id, deployment_id, doubt
        ORDER BY images DESC, dump_id, camera_id, deployment_id, doubt LIMIT {MOST_LISTED}
        """
    )
    return [Suspects(**row | {"doubt": ClockDoubt(row["doubt"])}) for row in rows]
