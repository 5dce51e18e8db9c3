"""A person's word that no animal is on an image, what it does to the boxes there, and taking it back.

It stands for boxes that come later as well: those of another detector are rejected as they are written, in the name
of the person who said it. Only a person's later word can say otherwise, and has to take this one back first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry
from thumper.domain.mark import MarkKind, refuse_number
from thumper.domain.refusal import Refusal
from thumper.domain.review import Word
from thumper.errors import RefusedError
from thumper.store.deer import review_undo, reviews
from thumper.store.deer.sightings import DetectionAssignedError
from thumper.store.feed import feed
from thumper.store.images import marks
from thumper.store.images.detections import COUNTED
from thumper.store.models import Detection, Mark, Sighting
from thumper.store.postgres.deadlock import outlast

_REJECTION: Final = "No animal is on the image."
"""Note of the reviews that come with the word on the whole image."""


class ImageHasDetectionsError(Refusal, RefusedError):
    """Raised if boxes count on the image: `detections` of them."""

    def __init__(self, detections: int, *field: str) -> None:
        boxes = "1 box counts" if detections == 1 else f"{detections} boxes count"
        super().__init__(
            f"{boxes} on this image. Look at them, and say so with rejectDetections: true to reject them.",
            *field,
        )
        self.detections = detections


async def mark(image_ids: Sequence[UUID], *, reject_detections: bool, actor: str) -> None:
    """Record that no animal is on images, all or none; boxes that count are rejected with it, if that is wanted.

    Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`, `ImageHasDetectionsError` or
    `DetectionAssignedError`.
    """
    refuse_number(len(image_ids))
    await outlast(partial(_mark, image_ids, reject_detections=reject_detections, actor=actor))


async def _mark(
    image_ids: Sequence[UUID], transaction: BaseDBAsyncClient, *, reject_detections: bool, actor: str
) -> None:
    await marks.lock(transaction, image_ids)
    if not reject_detections:
        await _refuse(transaction, image_ids)
    await _refuse_deer(transaction, image_ids)
    fresh = await marks.make(
        transaction, [(image_id, "") for image_id in sorted(set(image_ids))], MarkKind.EMPTY, actor=actor
    )
    rejected = await _reject(transaction, await marks.seen_as_empty(transaction, fresh))
    await feed.append(transaction, [*rejected, *marks.entries(fresh)])


_COUNTING: Final = f"""
SELECT image_id, count(*) AS boxes FROM detection WHERE image_id = ANY($1::uuid[]) AND shown
    AND verdict IS DISTINCT FROM 'rejected' AND detector_id = ANY({COUNTED}) GROUP BY image_id
"""


async def _refuse(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID]) -> None:
    """Raise an `ExceptionGroup` of refusals if boxes count on images."""
    rows = await transaction.execute_query_dict(_COUNTING, [list(image_ids)])
    boxes = {row["image_id"]: row["boxes"] for row in rows}
    if boxes:
        refusals = [
            ImageHasDetectionsError(boxes[image_id], "image_ids", str(place))
            for place, image_id in enumerate(image_ids)
            if image_id in boxes
        ]
        raise ExceptionGroup("Boxes count on images.", refusals)


async def _reject(transaction: BaseDBAsyncClient, words: dict[UUID, Mark]) -> list[FeedEntry]:
    """Reject the shown boxes of all detectors on images that people say are empty; return the events."""
    if not words:
        return []
    boxes = Detection.filter(image_id__in=list(words), shown=True).using_db(transaction)
    waiting = [row for row in await boxes if row.verdict is not ReviewVerdict.REJECTED]
    locked = await reviews.lock(transaction, [row.id for row in waiting])
    if locked:
        said = [(own, _rejection(words[own.row.image_id])) for own in locked.values()]
        await reviews.write(transaction, said, came_with=words)
    return reviews.entries([own.row for own in locked.values()])


def _rejection(word: Mark) -> Word:
    return Word(verdict=ReviewVerdict.REJECTED, note=_REJECTION, actor=word.actor)


async def _refuse_deer(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID]) -> None:
    """Raise an `ExceptionGroup` of refusals if boxes of images are known deer, also such as are not shown."""
    sighted = Sighting.filter(image_id__in=list(image_ids)).using_db(transaction)
    deer = {row.image_id: row.deer for row in await sighted.prefetch_related("deer")}
    refusals = [
        DetectionAssignedError(deer[image_id], "image_ids", str(place))
        for place, image_id in enumerate(image_ids)
        if image_id in deer
    ]
    if refusals:
        raise ExceptionGroup("Boxes on images are known deer.", refusals)


async def reject_later(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> list[FeedEntry]:
    """Reject boxes that a detector has just found on locked images that people say are empty; return the events."""
    return await _reject(transaction, await marks.seen_as_empty(transaction, image_ids))


async def unmark(image_ids: Sequence[UUID], *, actor: str) -> None:
    """Take back that no animal is on images, with those rejections that came with it and still stand.

    Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`.
    """
    refuse_number(len(image_ids))
    await outlast(partial(_unmark, image_ids, actor=actor))


async def _unmark(image_ids: Sequence[UUID], transaction: BaseDBAsyncClient, *, actor: str) -> None:
    await marks.lock(transaction, image_ids)
    gone = await marks.take_back(transaction, image_ids, MarkKind.EMPTY, actor=actor)
    back = await review_undo.undo_of_mark(transaction, list(gone), actor=actor)
    rows = await Detection.filter(id__in=back).using_db(transaction)
    told = [*reviews.entries(rows), *marks.entries(gone.values())]
    await feed.append(transaction, told)
