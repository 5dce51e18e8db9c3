"""Writing what becomes of deployments when photos are from another place; `thumper.domain.stay` decides it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.place_effect import StayChange
from thumper.domain.stay import MovedPhotos, Stay, resettle
from thumper.store.places import deployment_rows
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest


@dataclass(frozen=True, slots=True, kw_only=True)
class Resettled:
    """Rows of camera, stay and dump before, and stay after, for images that move; and the deployments that change."""

    targets: list[tuple[UUID | None, UUID | None, UUID, UUID | None]]
    changes: list[StayChange]

    @property
    def dump_ids(self) -> set[UUID]:
        """The dumps that were the first to deliver the images."""
        return {dump_id for _, _, dump_id, _ in self.targets}


_GROUPS: Final = """
SELECT camera_id, deployment_id, dump_id, count(*) AS images, min(created_at) AS first_at, max(created_at) AS last_at
FROM image WHERE id = ANY($1::uuid[]) GROUP BY camera_id, deployment_id, dump_id
"""

_TOTALS: Final = """
SELECT deployment_id, count(*) AS images FROM image WHERE deployment_id = ANY($1::uuid[]) GROUP BY deployment_id
"""

_STAYS: Final = """
SELECT id, camera_id, location_id, created_at AS opened_at, ended_at,
    EXISTS (SELECT FROM clock_fix WHERE clock_fix.deployment_id = deployment.id) AS repaired
FROM deployment WHERE camera_id = ANY($1::uuid[])
"""

_LAST: Final = """
SELECT deployment_id, max(created_at) AS last_at FROM image WHERE deployment_id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT FROM unnest($2::uuid[]) AS moved(id) WHERE moved.id = image.id)
GROUP BY deployment_id
"""


async def read_stays(
    transaction: BaseDBAsyncClient, camera_ids: Collection[UUID]
) -> tuple[set[UUID], dict[UUID, dict[UUID, Stay]]]:
    """Lock cameras; return those that identify themselves, and the stays of each."""
    known = await deployment_rows.lock_cameras(transaction, camera_ids)
    found: dict[UUID, dict[UUID, Stay]] = {camera_id: {} for camera_id in camera_ids}
    for row in await transaction.execute_query_dict(_STAYS, [sorted(camera_ids)]):
        own = found[row.pop("camera_id")]
        own[row["id"]] = Stay(**row)
    return known, found


async def resettle_images(
    transaction: BaseDBAsyncClient, image_ids: Sequence[UUID], *, to: UUID | None
) -> Resettled:
    """Return which deployments images belong to when they move to a place (None for no place), without writing."""
    groups = await transaction.execute_query_dict(_GROUPS, [image_ids])
    cameras = {row["camera_id"] for row in groups} - {None}
    known, stays = await read_stays(transaction, cameras)
    whole = await _whole(transaction, groups)
    if any(row["deployment_id"] not in whole for row in groups if row["camera_id"] is not None):
        await _add_last(transaction, stays, image_ids)
    after = {camera_id: dict(own) for camera_id, own in stays.items()}
    targets: dict[tuple[UUID, UUID | None, UUID | None], UUID | None] = {}
    for key, moved in _together(groups, whole):
        camera_id = key[0]
        targets[key], after[camera_id] = resettle(
            after[camera_id], moved, to=to, known=camera_id in known, fresh_id=new_id()
        )
    return Resettled(
        targets=[
            (row["camera_id"], row["deployment_id"], row["dump_id"], targets.get(_key(row, whole)))
            for row in groups
        ],
        changes=[
            change for camera_id in after for change in changes(camera_id, stays[camera_id], after[camera_id])
        ],
    )


async def _whole(transaction: BaseDBAsyncClient, groups: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Return the deployments all of whose images move."""
    moving: dict[UUID, int] = defaultdict(int)
    for row in groups:
        if row["deployment_id"] is not None:
            moving[row["deployment_id"]] += row["images"]
    rows = await transaction.execute_query_dict(_TOTALS, [sorted(moving)])
    return {row["deployment_id"] for row in rows if moving[row["deployment_id"]] == row["images"]}


async def _add_last(
    transaction: BaseDBAsyncClient, stays: dict[UUID, dict[UUID, Stay]], image_ids: Sequence[UUID]
) -> None:
    """Add when the last photo arrived of stays that last, apart from those that move."""
    lasting = [stay.id for own in stays.values() for stay in own.values() if stay.ended_at is None]
    rows = await transaction.execute_query_dict(_LAST, [lasting, image_ids])
    last = {row["deployment_id"]: row["last_at"] for row in rows}
    for own in stays.values():
        own.update({key: replace(stay, last_at=last[key]) for key, stay in own.items() if key in last})


def _key(row: Mapping[str, Any], whole: Collection[UUID]) -> tuple[Any, UUID | None, UUID | None]:
    """Return which images move together: those of a whole stay, or those of a dump that have left one."""
    entire = row["deployment_id"] in whole
    return row["camera_id"], row["deployment_id"], None if entire else row["dump_id"]


def _together(
    groups: Iterable[Mapping[str, Any]], whole: Collection[UUID]
) -> list[tuple[tuple[UUID, UUID | None, UUID | None], MovedPhotos]]:
    """Return the images of each camera that move together, in the order in which they arrived."""
    found: dict[tuple[UUID, UUID | None, UUID | None], MovedPhotos] = {}
    for row in groups:
        if row["camera_id"] is None:
            continue
        key = _key(row, whole)
        before = found.get(key)
        found[key] = MovedPhotos(
            stay_id=row["deployment_id"],
            whole=row["deployment_id"] in whole,
            first_at=row["first_at"] if before is None else min(before.first_at, row["first_at"]),
            last_at=row["last_at"] if before is None else max(before.last_at, row["last_at"]),
        )
    return sorted(found.items(), key=lambda one: one[1].first_at)


def changes(camera_id: UUID, before: Mapping[UUID, Stay], after: Mapping[UUID, Stay]) -> list[StayChange]:
    """Return the stays of a camera that are not as they were."""
    return [
        StayChange(camera_id=camera_id, before=before.get(key), after=after.get(key))
        for key in dict.fromkeys((*before, *after))
        if key not in before or key not in after or before[key].shown != after[key].shown
    ]


_COLUMNS: Final = {
    "id": "uuid",
    "camera_id": "uuid",
    "location_id": "uuid",
    "created_at": "timestamptz",
    "ended_at": "timestamptz",
}
_UPDATE: Final = f"""
UPDATE deployment SET location_id = fresh.location_id, created_at = fresh.created_at, ended_at = fresh.ended_at
FROM {unnest(_COLUMNS)} WHERE deployment.id = fresh.id
"""
_END: Final = "UPDATE deployment SET ended_at = now() WHERE id = ANY($1::uuid[]) AND ended_at IS NULL"
_INSERT: Final = f"INSERT INTO deployment ({', '.join(_COLUMNS)}) SELECT * FROM {unnest(_COLUMNS)}"


async def write(transaction: BaseDBAsyncClient, wanted: Sequence[StayChange]) -> None:
    """Write deployments as they are afterwards, before the images that belong to them; `remove` deletes the others."""
    there = [change for change in wanted if change.before is not None]
    # Those that end or go come first, since a camera lasts at a place once.
    await transaction.execute_query_dict(_END, [[change.id for change in there if change.after is None]])
    for lasting in (False, True):
        own = [change for change in there if change.after and (change.after.ended_at is None) is lasting]
        await transaction.execute_query_dict(_UPDATE, _arrays(own))
    fresh = [change for change in wanted if change.before is None]
    await transaction.execute_query_dict(_INSERT, _arrays(fresh))


def _arrays(wanted: Iterable[StayChange]) -> list[list[Any]]:
    rows = [
        (stay.id, change.camera_id, stay.location_id, stay.opened_at, stay.ended_at)
        for change in wanted
        if (stay := change.after) is not None
    ]
    return arrays(rows) if rows else [[] for _ in _COLUMNS]


async def remove(transaction: BaseDBAsyncClient, wanted: Iterable[StayChange]) -> None:
    """Delete the deployments that are none any more, after their images have left them."""
    gone = [change.id for change in wanted if change.after is None]
    await transaction.execute_query_dict("DELETE FROM deployment WHERE id = ANY($1::uuid[])", [gone])
