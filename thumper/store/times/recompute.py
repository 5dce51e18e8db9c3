"""Recomputing capture times after a change of the repairs or time zones that they follow from.

An image's time follows from three things: what its clock showed, the latest active repair that covers it, and
the time zone of its place. The first is never changed. Thousands of images are read and written in pages, in
the order of their ids, inside one transaction.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.capture_time import ClockReading, TimeSource, instant_of
from thumper.domain.clock_doubt import ClockDoubt, DstEdge, ahead_of_arrival
from thumper.domain.clock_effect import Effect, Move
from thumper.domain.clock_fix import EVERY_READING, ActiveFix, Bounds, counting, repaired_instant
from thumper.domain.time_zone import place_zone
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.unnest import arrays, unnest

_PAGE: Final = 5000
"""Images read and written at a time."""


@dataclass(frozen=True, slots=True)
class FixScope:
    """Which images: those that a dump was the first to deliver, of a deployment, or of a location."""

    column: Literal["dump_id", "deployment_id", "location_id"]
    id: UUID

    @property
    def condition(self) -> tuple[str, Any]:
        """The SQL condition on `image`, and its parameter."""
        return f"{self.column} = $1", self.id


@dataclass(frozen=True, slots=True)
class ImageScope:
    """Single images."""

    ids: Sequence[UUID]

    @property
    def condition(self) -> tuple[str, Any]:
        """The SQL condition on `image`, and its parameter."""
        return "id = ANY($1::uuid[])", self.ids


@dataclass(frozen=True, slots=True)
class ActiveFixes:
    """The active repairs of some dumps and deployments."""

    of_dump: dict[UUID, list[ActiveFix]]
    of_deployment: dict[UUID, list[ActiveFix]]

    def counting(self, dump_id: UUID, deployment_id: UUID | None, local: dt.datetime) -> ActiveFix | None:
        """Return the repair that counts for an image whose clock showed `local`."""
        deployed = [] if deployment_id is None else self.of_deployment.get(deployment_id, [])
        return counting((*self.of_dump.get(dump_id, ()), *deployed), local)


_ACTIVE: Final = """
SELECT dump_id, deployment_id, id, offset_s, created_at, shown_from, shown_until FROM clock_fix
WHERE undone_at IS NULL AND (dump_id = ANY($1::uuid[]) OR deployment_id = ANY($2::uuid[]))
"""


async def active_fixes(
    connection: BaseDBAsyncClient, *, dump_ids: Collection[UUID], deployment_ids: Collection[UUID]
) -> ActiveFixes:
    """Return the active repairs of images of these dumps and deployments."""
    found = ActiveFixes({}, {})
    for row in await connection.execute_query_dict(_ACTIVE, [list(dump_ids), list(deployment_ids)]):
        fix = ActiveFix(
            fix_id=row["id"],
            offset_s=row["offset_s"],
            made_at=row["created_at"],
            shown=Bounds(first=row["shown_from"], last=row["shown_until"]),
        )
        if row["dump_id"] is not None:
            found.of_dump.setdefault(row["dump_id"], []).append(fix)
        else:
            found.of_deployment.setdefault(row["deployment_id"], []).append(fix)
    return found


@dataclass(frozen=True, slots=True)
class _Time:
    """The time of one image, and the columns that hold it."""

    taken_at: dt.datetime | None
    dst_edge: DstEdge | None
    fix: ActiveFix | None

    def columns(self, image: dict[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of `_WRITTEN`."""
        source = image["clock_source"] if self.taken_at is not None else TimeSource.NONE.value
        return (
            image["id"],
            self.taken_at,
            self.taken_at or UNTIMED_SORT_AT,
            source,
            0 if self.fix is None else self.fix.offset_s,
            None if self.fix is None else self.fix.fix_id,
            None if self.dst_edge is None else self.dst_edge.value,
        )


_WRITTEN: Final = {
    "id": "uuid",
    "taken_at": "timestamptz",
    "sort_at": "timestamptz",
    "time_source": "text",
    "clock_offset_s": "int",
    "clock_fix_id": "uuid",
    "dst_edge": "text",
}
_WRITE: Final = f"""
UPDATE image SET {", ".join(f"{name} = fresh.{name}" for name in _WRITTEN if name != "id")}
FROM {unnest(_WRITTEN)} WHERE image.id = fresh.id
"""

_READ: Final = """
SELECT image.id, image.dump_id, image.deployment_id, image.taken_local, image.clock_source, image.utc_offset_s,
    image.clock_doubt, image.taken_at, image.sort_at, image.time_source, image.clock_offset_s, image.clock_fix_id,
    image.dst_edge, image.created_at, location.time_zone, location.latitude, location.longitude, now() AS now
FROM image LEFT JOIN location ON location.id = image.location_id
WHERE image.id = ANY($1::uuid[])
"""


@dataclass(slots=True, kw_only=True)
class Recomputation:
    """One look at the images of a scope.

    `server_zone` is the zone of places that have none. Only images whose clocks showed what is `shown` are
    part of the effect. With `proposed`, these are computed as if that repair were the latest. `named` is an
    image to be among the examples. `touched` gathers the dumps whose images changed.
    """

    scope: FixScope | ImageScope
    server_zone: ZoneInfo
    shown: Bounds = EVERY_READING
    proposed: ActiveFix | None = None
    named: UUID | None = None
    effect: Effect = field(default_factory=Effect)
    touched: set[UUID] = field(default_factory=set)

    async def preview(self, connection: BaseDBAsyncClient) -> Effect:
        """Return what would become of the images, without writing."""
        async for page in self._pages(connection, locked=False):
            await self._recompute(connection, page)
        return self.effect

    async def write(self, transaction: BaseDBAsyncClient) -> Effect:
        """Write the capture times that follow from the present repairs and zones; the caller owns the clock lock."""
        async for page in self._pages(transaction, locked=True):
            changed = await self._recompute(transaction, page)
            if changed:
                await transaction.execute_query_dict(_WRITE, arrays(changed))
        return self.effect

    async def _pages(
        self, connection: BaseDBAsyncClient, *, locked: bool
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the images whose clock was read, in pages; count the others, those that GPS dates among them."""
        condition, value = self.scope.condition
        rows = await connection.execute_query_dict(
            "SELECT id, taken_local IS NOT NULL AND clock_source <> 'gps' AS read FROM image"
            f" WHERE {condition} ORDER BY id",
            [value],
        )
        ids = [row["id"] for row in rows if row["read"]]
        if self.shown.unbounded:
            self.effect.without_reading = len(rows) - len(ids)
        for start in range(0, len(ids), _PAGE):
            yield await connection.execute_query_dict(
                _READ + (IN_ORDER if locked else "ORDER BY image.id"), [ids[start : start + _PAGE]]
            )

    async def _recompute(
        self, connection: BaseDBAsyncClient, page: Sequence[dict[str, Any]]
    ) -> list[tuple[Any, ...]]:
        """Add the images of a page to the effect; return the rows of those that change."""
        repairs = await active_fixes(
            connection,
            dump_ids={image["dump_id"] for image in page},
            deployment_ids={image["deployment_id"] for image in page} - {None},
        )
        return await asyncio.to_thread(self._judge, page, repairs)

    def _judge(self, page: Sequence[dict[str, Any]], repairs: ActiveFixes) -> list[tuple[Any, ...]]:
        changed = []
        for image in page:
            local, told = image["taken_local"], image["taken_local"] in self.shown
            fix = self.proposed if told else None
            fix = fix or repairs.counting(image["dump_id"], image["deployment_id"], local)
            time = self._time(image, fix)
            if told:
                self.effect.add(_move(image, time), named=image["id"] == self.named)
            columns = time.columns(image)
            if columns != tuple(image[name] for name in _WRITTEN):
                changed.append(columns)
                self.touched.add(image["dump_id"])
        return changed

    def _time(self, image: dict[str, Any], fix: ActiveFix | None) -> _Time:
        """Return the time of one image. A reading that was not believed when it came is believed only with a repair."""
        reading = ClockReading.kept(image["clock_source"], image["taken_local"], image["utc_offset_s"])
        name, _ = place_zone(image["time_zone"], latitude=image["latitude"], longitude=image["longitude"])
        zone = self.server_zone if name is None else ZoneInfo(name)
        if fix is not None:
            return _Time(*repaired_instant(reading, fix, zone=zone, now=image["now"]), fix)
        if image["clock_doubt"] == ClockDoubt.YEAR_OUT_OF_RANGE:
            return _Time(None, None, None)
        return _Time(*instant_of(reading, zone=zone), None)


def _move(image: dict[str, Any], time: _Time) -> Move:
    return Move(
        image_id=image["id"],
        local=image["taken_local"],
        before=image["taken_at"],
        after=time.taken_at,
        dst_edge=time.dst_edge,
        ahead=ahead_of_arrival(time.taken_at, arrived=image["created_at"]),
    )
