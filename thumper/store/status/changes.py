"""The rows behind events of the feed: what to send to followers of images, detections or deer.

Rows are read as they are now, not as they were at the event, and each is sent once, with the last event about it: a row
that a later event concerns is left to that event.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal, TypeAlias
from uuid import UUID

from thumper.domain.feed import FeedKind
from thumper.store.deer.known_deer import SIGHTINGS
from thumper.store.images.detections import CREATED, DETECTIONS, RANK, DetectionSearch
from thumper.store.images.images import IMAGES, ImageSearch
from thumper.store.models import Detection, Image, Sighting
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Cut, Key, KeyKind, Order, read_all, read_page

SubjectId: TypeAlias = Literal["image_id", "deer_id", "detection_id"]
"""Column of the feed that names what an event is about."""

_FINISHED: Final = "image.state IN ('completed', 'failed')"
_FINISHED_NEWEST: Final = Order(
    "finished-newest",
    (Key("image.processed_at", KeyKind.TIME), Key("image.id", KeyKind.ID)),
    descending=True,
)
_ASSIGNED_NEWEST: Final = Order(
    "assigned-newest",
    (Key("sighting.created_at", KeyKind.TIME), Key("sighting.id", KeyKind.ID)),
    descending=True,
)


async def newest_images(search: ImageSearch, *, limit: int) -> list[Image]:
    """Return the images that were completed or failed last, oldest of them first."""
    conditions = await search.prepared()
    conditions.add(_FINISHED)
    page = await read_page(IMAGES, conditions, order=_FINISHED_NEWEST, cut=Cut(limit=limit))
    return page.rows[::-1]


async def finished_images(image_ids: Sequence[UUID], search: ImageSearch) -> list[Image]:
    """Return those of the images that are completed or failed and match, in the order of the ids."""
    conditions = await search.prepared()
    conditions.add("image.id = ANY({}::uuid[])", list(image_ids))
    conditions.add(_FINISHED)
    rows = {row.id: row for row in await read_all(IMAGES, conditions, order="image.id")}
    return [rows[image_id] for image_id in image_ids if image_id in rows]


async def newest_detections(search: DetectionSearch, *, limit: int) -> list[Detection]:
    """Return the matching detections that were made last, oldest of them first."""
    page = await search.read(order=CREATED.descending, cut=Cut(limit=limit))
    return page.rows[::-1]


async def detections_of(
    image_ids: Sequence[UUID], search: DetectionSearch, *, limit: int
) -> dict[UUID, list[Detection]]:
    """Return the matching detections of the first of the images, about `limit` of them altogether.

    Whole images only: images are taken in the order of the ids as long as all their detections fit,
    the first one always. An image that was not reached is missing; one without any has an empty list.
    """
    conditions = await search.prepared()
    conditions.add("detection.image_id = ANY({}::uuid[])", list(image_ids))
    place = f"array_position({conditions.hold(list(image_ids))}::uuid[], detection.image_id)"
    most = conditions.hold(limit + _MOST_BOXES)
    rows = await read_all(DETECTIONS, conditions, order=f"{place}, {RANK} LIMIT {most}")
    found: dict[UUID, list[Detection]] = {image_id: [] for image_id in image_ids}
    for row in rows:
        found[row.image_id].append(row)
    total = 0
    for number, image_id in enumerate(image_ids):
        total += len(found[image_id])
        if number > 0 and total > limit:
            return {reached: found[reached] for reached in image_ids[:number]}
    return found


_MOST_BOXES: Final = 1000
"""More boxes than any detector gives for one image and people draw there (300 each), so that one always fits."""


async def detections_among(detection_ids: Sequence[UUID], search: DetectionSearch) -> list[Detection]:
    """Return those of the detections that match, in the order of their ids."""
    if not detection_ids:
        return []
    conditions = await search.prepared()
    conditions.add("detection.id = ANY({}::uuid[])", list(detection_ids))
    return await read_all(DETECTIONS, conditions, order="detection.id")


async def images_among(image_ids: Sequence[UUID], search: ImageSearch) -> list[Image]:
    """Return those of the images that match, in the order of the ids."""
    conditions = await search.prepared()
    conditions.add("image.id = ANY({}::uuid[])", list(image_ids))
    rows = {row.id: row for row in await read_all(IMAGES, conditions, order="image.id")}
    return [rows[image_id] for image_id in image_ids if image_id in rows]


async def newest_sightings(deer_id: UUID | None, *, limit: int) -> list[Sighting]:
    """Return the sightings (of one deer) that were recorded last, oldest of them first."""
    conditions = Conditions()
    if deer_id is not None:
        conditions.add("sighting.deer_id = {}", deer_id)
    page = await read_page(SIGHTINGS, conditions, order=_ASSIGNED_NEWEST, cut=Cut(limit=limit))
    return page.rows[::-1]


async def superseded(
    subject: Sequence[SubjectId],
    keys: Collection[tuple[UUID, ...]],
    *,
    kinds: Collection[FeedKind],
    after: int,
) -> set[tuple[UUID, ...]]:
    """Return those of the keys that an event of these kinds, later than event `after`, is about.

    A key holds the ids that the columns of `subject` name.
    """
    columns = ", ".join(subject)
    arrays = ", ".join(f"${number}::uuid[]" for number in range(3, 3 + len(subject)))
    rows = await client().execute_query_dict(
        f"SELECT DISTINCT {columns} FROM feed WHERE seq > $1 AND kind = ANY($2::text[])"
        f" AND ({columns}) IN (SELECT * FROM unnest({arrays}))",
        [after, [kind.value for kind in kinds], *([key[n] for key in keys] for n in range(len(subject)))],
    )
    return {tuple(row[column] for column in subject) for row in rows}
