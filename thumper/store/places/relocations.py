"""Changes of places that people ask for: previewed, made, listed.

A change is a row that is appended and at most marked as taken back (`relocation_undo`), beside rows of what everything
that it moved had before. A preview is the change itself, rolled back, so that it tells exactly what the change does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.place_claim import PlaceClaim
from thumper.domain.place_effect import PlaceEffect, opened_first
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.feed import feed
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models import Camera, Deployment, Dump, Location
from thumper.store.places import location_rows, locations, placement, relocation_rows
from thumper.store.places.placement import Moved
from thumper.store.postgres.ids import new_id
from thumper.store.times import clock_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Which images go where: those with one of the `values` in a `column`, of one camera or of all."""

    column: str
    values: Sequence[UUID]
    camera_id: UUID | None = None
    to: UUID | None
    server_zone: ZoneInfo

    def row(self, relocation_id: UUID) -> dict[str, Any]:
        """Return the change as it is recorded."""
        of = {"dump_id": "dump_id", "deployment_id": "deployment_id", "location_id": "merged_id"}
        about = {of[self.column]: self.values[0]} if self.column in of else {}
        return {"id": relocation_id, "location_id": self.to, "camera_id": self.camera_id, **about}


Write = Callable[[BaseDBAsyncClient, UUID], Awaitable[tuple[PlaceEffect, Moved]]]
"""Writes a change under an id."""


async def set_place(claim: PlaceClaim, *, server_zone: ZoneInfo) -> tuple[UUID, PlaceEffect]:
    """Move photos as a person says; return the id of the change and what it did.

    A location whose name is new is recorded without coordinates. Raises `InvalidValueError` or `NoRecordError`.
    """
    return await _make(_claimed(claim, server_zone))


async def preview_place(claim: PlaceClaim, *, server_zone: ZoneInfo) -> PlaceEffect:
    """Return what `set_place` would do, and leave everything as it is."""
    return await _preview(_claimed(claim, server_zone))


async def merge(merged_id: UUID, into_id: UUID, *, server_zone: ZoneInfo) -> tuple[UUID, PlaceEffect]:
    """Make a location another name of a second one, which gets all that belongs to it; return change and effect.

    Raises `InvalidValueError` or `NoRecordError`.
    """
    return await _make(partial(_merge, merged_id=merged_id, into_id=into_id, server_zone=server_zone))


async def preview_merge(merged_id: UUID, into_id: UUID, *, server_zone: ZoneInfo) -> PlaceEffect:
    """Return what `merge` would do, and leave everything as it is."""
    return await _preview(partial(_merge, merged_id=merged_id, into_id=into_id, server_zone=server_zone))


def _claimed(claim: PlaceClaim, server_zone: ZoneInfo) -> Write:
    """Return what writes a claim, after a look at whether it makes sense."""
    return partial(_set, claim=claim, name=claim.checked_name(), server_zone=server_zone)


class _ForeseenError(Exception):
    """Ends the transaction of a preview, so that nothing of it stays."""

    def __init__(self, effect: PlaceEffect) -> None:
        super().__init__()
        self.effect = effect


async def _preview(write: Write) -> PlaceEffect:
    async def look(transaction: BaseDBAsyncClient) -> None:
        effect, _ = await write(transaction, new_id())
        raise _ForeseenError(effect)

    try:
        await clock_lock.alone(look)
    except _ForeseenError as foreseen:
        return foreseen.effect
    raise AssertionError("a preview always ends its transaction")


async def _make(write: Write) -> tuple[UUID, PlaceEffect]:
    relocation_id = new_id()

    async def work(transaction: BaseDBAsyncClient) -> PlaceEffect:
        effect, moved = await write(transaction, relocation_id)
        await feed.append(transaction, moved.entries)
        return effect

    return relocation_id, await clock_lock.alone(work)


async def _set(
    transaction: BaseDBAsyncClient,
    relocation_id: UUID,
    *,
    claim: PlaceClaim,
    name: str | None,
    server_zone: ZoneInfo,
) -> tuple[PlaceEffect, Moved]:
    column, values = await _chosen(claim, transaction)
    change = Change(
        column=column,
        values=values,
        camera_id=claim.camera_id,
        to=await _place(claim, name, transaction),
        server_zone=server_zone,
    )
    return await _write(transaction, change, relocation_id)


async def _chosen(claim: PlaceClaim, transaction: BaseDBAsyncClient) -> tuple[str, Sequence[UUID]]:
    """Return which images a claim is about; raise `NoRecordError`."""
    if claim.dump_id is not None:
        if not await Dump.exists(id=claim.dump_id, using_db=transaction):
            raise NoRecordError("dump", "dump_id")
        if claim.camera_id is not None and not await Camera.exists(id=claim.camera_id, using_db=transaction):
            raise NoRecordError("camera", "camera_id")
        return "dump_id", [claim.dump_id]
    if claim.deployment_id is not None:
        if not await Deployment.exists(id=claim.deployment_id, using_db=transaction):
            raise NoRecordError("deployment", "deployment_id")
        return "deployment_id", [claim.deployment_id]
    ids = sorted(set(claim.image_ids or ()))
    rows = await transaction.execute_query_dict(
        "SELECT count(*) AS images FROM image WHERE id = ANY($1::uuid[])", [ids]
    )
    if rows[0]["images"] < len(ids):
        raise NoRecordError("image", "image_ids")
    return "id", ids


async def _place(claim: PlaceClaim, name: str | None, transaction: BaseDBAsyncClient) -> UUID | None:
    """Return the location that a claim names, made when its name is new; raise `NoRecordError`."""
    if name is not None:
        return (await location_rows.make(transaction, [name]))[name].location_id
    if claim.location_id is None:
        return None
    if not await Location.exists(id=claim.location_id, using_db=transaction):
        raise NoRecordError("location", "location_id")
    return await locations.place_of(transaction, claim.location_id)


async def _merge(
    transaction: BaseDBAsyncClient,
    relocation_id: UUID,
    *,
    merged_id: UUID,
    into_id: UUID,
    server_zone: ZoneInfo,
) -> tuple[PlaceEffect, Moved]:
    if merged_id == into_id:
        raise InvalidValueError("A location cannot be merged into itself.", "into_id")
    rows = await transaction.execute_query_dict(
        "SELECT id, name, merged_into_id FROM location WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
        [[merged_id, into_id]],
    )
    there = {row["id"]: row for row in rows}
    for location_id, name in ((merged_id, "location_id"), (into_id, "into_id")):
        if location_id not in there:
            raise NoRecordError("location", name)
        if there[location_id]["merged_into_id"] is not None:
            raise InvalidValueError(
                f"{there[location_id]['name']} was merged into another location already.", name
            )
    change = Change(column="location_id", values=[merged_id], to=into_id, server_zone=server_zone)
    effect, moved = await _write(transaction, change, relocation_id)
    await transaction.execute_query_dict(
        "UPDATE location SET merged_into_id = $2 WHERE id = $1", [merged_id, into_id]
    )
    return effect, moved


async def _write(
    transaction: BaseDBAsyncClient, change: Change, relocation_id: UUID
) -> tuple[PlaceEffect, Moved]:
    """Record and move everything that a change is about; return what it did."""
    await relocation_rows.make(transaction, change.row(relocation_id))
    meant = f"image.{change.column} = ANY($1::uuid[]) AND ($3::uuid IS NULL OR image.camera_id = $3)"
    rows = await transaction.execute_query_dict(
        f"SELECT image.id, image.location_id IS DISTINCT FROM $2::uuid AS moves FROM image WHERE {meant} {IN_ORDER}",
        [change.values, change.to, change.camera_id],
    )
    image_ids = [row["id"] for row in rows if row["moves"]]
    moved = await placement.move(
        transaction,
        image_ids,
        change.to,
        server_zone=change.server_zone,
        record=partial(
            relocation_rows.add_images, transaction, relocation_id=relocation_id, image_ids=image_ids
        ),
    )
    stays = list(moved.stays)
    if change.column == "location_id" and change.to is not None:
        stays += await relocation_rows.move_empty_stays(
            transaction, relocation_id, change.values[0], to=change.to
        )
    dump_ids = await relocation_rows.move_dumps(transaction, change.row(relocation_id), moved.dump_ids)
    effect = PlaceEffect(
        moves=await relocation_rows.image_moves(
            transaction, relocation_id, to=change.to, server_zone=change.server_zone
        ),
        already=len(rows) - len(image_ids),
        dumps=len(dump_ids),
        clock=moved.clock,
        stays=tuple(sorted(stays, key=opened_first)),
    )
    return effect, placement.Moved(dump_ids={*moved.dump_ids, *dump_ids})
