"""Which stay of which camera a new photo belongs to, opened where there is none.

A device that identifies itself (by a serial number, or the name its owner gave it) is at one place at a time: a photo
from elsewhere ends its stay. Photos that name only make and model may be of several devices alike, so for these a place
has one stay, however often photos come from other places in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest


class CameraStay(NamedTuple):
    """A camera seen at a location by a dump."""

    camera_id: UUID
    location_id: UUID
    dump_id: UUID


# Locked in the order of ids, so that two processes that take in photos of the same cameras wait for each other.
_CAMERAS: Final = """
SELECT id, serial <> '' OR name <> '' AS known FROM camera
WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

# The latest stay at each place that a dump can still belong to: one that had not ended when the dump began.
# Two cards of one camera that arrive side by side would otherwise end each other's stay again and again.
_OPEN: Final = """
SELECT DISTINCT ON (wanted.camera_id, wanted.location_id, wanted.dump_id)
    wanted.camera_id, wanted.location_id, wanted.dump_id, deployment.id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS wanted(camera_id, location_id, dump_id)
JOIN dump ON dump.id = wanted.dump_id
JOIN deployment ON deployment.camera_id = wanted.camera_id AND deployment.location_id = wanted.location_id
    AND (deployment.ended_at IS NULL OR deployment.ended_at > dump.first_seen_at)
ORDER BY wanted.camera_id, wanted.location_id, wanted.dump_id, deployment.created_at DESC, deployment.id DESC
"""

_END: Final = """
UPDATE deployment SET ended_at = now() WHERE camera_id = ANY($1::uuid[]) AND ended_at IS NULL
"""

_COLUMNS: Final = {"id": "uuid", "camera_id": "uuid", "location_id": "uuid", "ended": "bool"}
_OPENED: Final = f"""
INSERT INTO deployment (id, camera_id, location_id, ended_at)
SELECT id, camera_id, location_id, CASE WHEN ended THEN now() END FROM {unnest(_COLUMNS)}
"""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stay that begins with these photos."""

    deployment_id: UUID
    camera_id: UUID
    location_id: UUID


async def join(
    transaction: BaseDBAsyncClient, stays: Iterable[CameraStay], *, beside: Collection[UUID] = ()
) -> dict[CameraStay, UUID]:
    """Return the deployment of each stay, in the order in which the photos came; open those that are missing.

    Cameras `beside` are those that the transaction will lock later on.
    """
    wanted = list(dict.fromkeys(stays))
    if not wanted:
        return {}
    known = await lock_cameras(transaction, {stay.camera_id for stay in wanted} | set(beside))
    rows = await transaction.execute_query_dict(_OPEN, arrays(wanted))
    found = {CameraStay(row["camera_id"], row["location_id"], row["dump_id"]): row["id"] for row in rows}
    opened: dict[tuple[UUID, UUID], _Opened] = {}
    for stay in wanted:
        if stay not in found:
            place = stay[:2]
            fresh = opened.setdefault(place, _Opened(new_id(), *place))
            found[stay] = fresh.deployment_id
    if opened:
        await _open(transaction, list(opened.values()), known=known)
    return found


async def lock_cameras(transaction: BaseDBAsyncClient, camera_ids: Collection[UUID]) -> set[UUID]:
    """Lock cameras; return those that identify themselves."""
    rows = await transaction.execute_query_dict(_CAMERAS, [sorted(camera_ids)])
    return {row["id"] for row in rows if row["known"]}


async def lock_of_images(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> list[UUID]:
    """Lock the cameras of images, so that no stay of theirs is joined meanwhile; return the stays of the images."""
    rows = await transaction.execute_query_dict(
        "SELECT DISTINCT camera_id, deployment_id FROM image WHERE id = ANY($1::uuid[]) AND camera_id IS NOT NULL",
        [sorted(image_ids)],
    )
    await lock_cameras(transaction, {row["camera_id"] for row in rows})
    return sorted({row["deployment_id"] for row in rows} - {None})


# One with a repaired clock stays for that: the repair refers to it.
_REMOVE_EMPTY: Final = """
DELETE FROM deployment WHERE id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT FROM image WHERE image.deployment_id = deployment.id)
    AND NOT EXISTS (SELECT FROM clock_fix WHERE clock_fix.deployment_id = deployment.id)
"""


async def remove_empty(transaction: BaseDBAsyncClient, deployment_ids: Collection[UUID]) -> None:
    """Delete those of some stays of locked cameras of which no photo is left."""
    await transaction.execute_query_dict(_REMOVE_EMPTY, [sorted(deployment_ids)])


async def _open(transaction: BaseDBAsyncClient, opened: list[_Opened], *, known: set[UUID]) -> None:
    """Begin stays; a camera that identifies itself is present at the last of its places only."""
    await transaction.execute_query_dict(_END, [sorted(known & {own.camera_id for own in opened})])
    await transaction.execute_query_dict(_OPENED, arrays(list(_rows(opened, known=known))))


def _rows(opened: list[_Opened], *, known: set[UUID]) -> Iterator[tuple[Any, ...]]:
    last = {own.camera_id: own.deployment_id for own in opened}
    for own in opened:
        ended = own.camera_id in known and own.deployment_id != last[own.camera_id]
        yield own.deployment_id, own.camera_id, own.location_id, ended
