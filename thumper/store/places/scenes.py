"""What each camera has shown at its place so far, and the changes of scene about which people are asked.

Photos of a deployment are looked at in the order of its list. One that arrives later than photos that were taken after
it is not looked at any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.refusal import NoRecordError
from thumper.domain.scene_change import SceneMemory
from thumper.store.models import SceneChange
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id

MOST_LISTED: Final = 20
"""Changes that are told of one deployment, the latest first."""
_ID_BYTES: Final = 16

# Where the photo that was looked at last is now: a repair of its clock moves it, and the photos after it.
_CHOSEN: Final = """
SELECT deployment.id AS deployment_id, memory.image_id AS seen_id, memory.known, memory.strange, place.*
FROM deployment LEFT JOIN scene_memory AS memory ON memory.deployment_id = deployment.id
LEFT JOIN image AS last ON last.id = memory.image_id AND last.deployment_id = deployment.id
CROSS JOIN LATERAL (
    SELECT coalesce(last.sort_at, memory.sort_at, '-infinity') AS sort_at,
        coalesce(last.sort_name, memory.sort_name, '') AS sort_name, coalesce(memory.image_id, $1) AS image_id
) AS place
WHERE EXISTS (
    SELECT FROM image WHERE image.deployment_id = deployment.id AND image.state = 'completed'
        AND image.taken_at < now() + interval '1 day'
        AND (image.sort_at, image.sort_name, image.id) > (place.sort_at, place.sort_name, place.image_id)
) LIMIT 1
"""
_NEXT: Final = """
SELECT image.id AS image_id, image.sha256, image.sort_at, image.sort_name FROM image
WHERE image.deployment_id = $1 AND image.state = 'completed' AND image.taken_at < now() + interval '1 day'
    AND (image.sort_at, image.sort_name, image.id) > ($2, $3, $4)
ORDER BY image.sort_at, image.sort_name, image.id LIMIT $5
"""
_REMEMBER: Final = """
INSERT INTO scene_memory (deployment_id, sort_at, sort_name, image_id, known, strange)
SELECT $1, $2, $3, $4, $5, $6 FROM deployment WHERE id = $1 FOR KEY SHARE
ON CONFLICT (deployment_id) DO UPDATE SET sort_at = excluded.sort_at, sort_name = excluded.sort_name,
    image_id = excluded.image_id, known = excluded.known, strange = excluded.strange
WHERE scene_memory.image_id = $7 RETURNING deployment_id
"""
_ASK: Final = """
INSERT INTO scene_change (id, deployment_id, image_id, before_image_id)
SELECT $1, $2, id, $4 FROM image WHERE id = $3 FOR KEY SHARE ON CONFLICT (image_id) DO NOTHING
"""
_OF_DEPLOYMENTS: Final = f"""
SELECT change.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM scene_change WHERE deployment_id = wanted.id ORDER BY created_at DESC, id DESC LIMIT {MOST_LISTED}
) AS change
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo by its id, and the scene that it shows, as bytes."""

    image_id: UUID
    scene: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that was not looked at yet, with its place in the list of its deployment."""

    image_id: UUID
    sha256: bytes
    sort_at: dt.datetime
    sort_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """The next photos of one deployment, in order, and what is remembered of those before."""

    deployment_id: UUID
    photos: Sequence[Photo]
    memory: SceneMemory[Seen]
    seen_id: UUID | None
    """The photo that was looked at last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The first photo of another scene, and the last before it."""

    image_id: UUID
    before_image_id: UUID


async def unseen(most: int, *, scene_bytes: int) -> Unseen | None:
    """Return photos of a deployment that were not looked at, `most` at a time; None when there are none."""
    chosen = await client().execute_query_dict(_CHOSEN, [UUID(int=0)])
    if not chosen:
        return None
    (one,) = chosen
    place = [one["sort_at"], one["sort_name"], one["image_id"]]
    rows = await client().execute_query_dict(_NEXT, [one["deployment_id"], *place, most])
    if not rows:  # they were deleted meanwhile
        return None
    kept = {name: _split(one[name] or b"", _ID_BYTES + scene_bytes) for name in ("known", "strange")}
    return Unseen(
        deployment_id=one["deployment_id"],
        photos=[Photo(**row) for row in rows],
        memory=SceneMemory(known=kept["known"], strange=kept["strange"]),
        seen_id=one["seen_id"],
    )


def _split(kept: bytes, size: int) -> tuple[Seen, ...]:
    """Return what was kept; nothing of another kind of scene, from before an update."""
    if len(kept) % size:
        return ()
    parts = [kept[start : start + size] for start in range(0, len(kept), size)]
    return tuple(Seen(UUID(bytes=part[:_ID_BYTES]), part[_ID_BYTES:]) for part in parts)


def _joined(seen: Sequence[Seen]) -> bytes:
    return b"".join(each.image_id.bytes + each.scene for each in seen)


async def remember(looked: Unseen, memory: SceneMemory[Seen], changes: Sequence[Change]) -> bool:
    """Keep what is remembered after these photos, and ask about changes; False if another worker was faster."""
    last, seen_id = looked.photos[-1], looked.seen_id
    async with in_transaction("default") as transaction:
        values = [last.sort_at, last.sort_name, last.image_id, _joined(memory.known), _joined(memory.strange)]
        kept = await transaction.execute_query_dict(_REMEMBER, [looked.deployment_id, *values, seen_id])
        if kept:
            for change in changes:
                values = [new_id(), looked.deployment_id, change.image_id, change.before_image_id]
                await transaction.execute_query_dict(_ASK, values)
    return bool(kept)


async def answer(image_id: UUID, *, moved: bool | None) -> SceneChange:
    """Record whether the camera was moved before this first photo; None asks again. Raises `NoRecordError`."""
    answered_at = None if moved is None else dt.datetime.now(dt.UTC)
    if not await SceneChange.filter(image_id=image_id).update(moved=moved, answered_at=answered_at):
        raise NoRecordError("change of scene", "image_id")
    return await SceneChange.get(image_id=image_id)


async def of_deployments(deployment_ids: Sequence[UUID]) -> dict[UUID, list[SceneChange]]:
    """Return the latest changes of each deployment, newest first."""
    found: dict[UUID, list[SceneChange]] = {each: [] for each in deployment_ids}
    for row in await client().execute_query_dict(_OF_DEPLOYMENTS, [list(deployment_ids)]):
        found[row["deployment_id"]].append(SceneChange(**row))
    return found
