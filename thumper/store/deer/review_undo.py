"""Taking a review back, and saying it again: the word before it stands again, and nothing is lost of what was said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.deer import reviews
from thumper.store.deer.reviews import LockedDetection, Reviewed
from thumper.store.deer.seen_reviews import ReviewedSinceError
from thumper.store.feed import feed
from thumper.store.models import Review
from thumper.store.postgres.deadlock import outlast


async def undo(review_id: UUID, *, actor: str) -> Reviewed:
    """Take the review that stands of its detection back; return both as they are now.

    Raises `NoRecordError`, `InvalidValueError`, `ReviewedSinceError`, or what `reviews.append` raises about the word
    that would stand.
    """

    async def work(transaction: BaseDBAsyncClient) -> Reviewed:
        detection_id = (await _find(transaction, review_id)).detection_id
        own = (await reviews.lock(transaction, [detection_id]))[detection_id]
        said = (await _standing(transaction, [detection_id]))[detection_id]
        _refuse(await _find(transaction, review_id), own, said=said)
        before = said[:-1]
        if (refusal := own.refusal(before[-1].verdict if before else None)) is not None:
            refusal.field = ("review_id",)
            raise refusal
        await _take_back(transaction, [review_id], actor=actor)
        await reviews.replay(transaction, [(own, before)])
        (reviewed,) = await reviews.read(transaction, [(review_id, detection_id)])
        await feed.append(transaction, reviews.entries([own.row]))
        return reviewed

    return await outlast(work)


async def undo_of_mark(
    transaction: BaseDBAsyncClient, mark_ids: Collection[UUID], *, actor: str
) -> list[UUID]:
    """Take back those reviews that came with words on whole images and still stand; return their detections."""
    came = await Review.filter(mark_id__in=list(mark_ids), undone_at=None).using_db(transaction)
    locked = await reviews.lock(transaction, [row.detection_id for row in came])
    said = await _standing(transaction, list(locked))
    latest = [row for row in came if said[row.detection_id][-1].id == row.id]
    if latest:
        await _take_back(transaction, [row.id for row in latest], actor=actor)
        owns = [locked[row.detection_id] for row in latest]
        await reviews.replay(transaction, [(own, said[own.row.id][:-1]) for own in owns])
    return [row.detection_id for row in latest]


async def redo(review_id: UUID, *, actor: str) -> Reviewed:
    """Append again what a review said that was taken back, as a new review; return it with its detection.

    Raises `NoRecordError`, `InvalidValueError` if the review stands, or what `reviews.append` raises.
    """
    review = await Review.get_or_none(id=review_id)
    if review is None:
        raise NoRecordError("review", "review_id")
    if review.undone_at is None:
        raise InvalidValueError("This review was not taken back.", "review_id")
    return await reviews.append(review.detection_id, replace(reviews.word_of(review), actor=actor))


async def _find(transaction: BaseDBAsyncClient, review_id: UUID) -> Review:
    review = await Review.get_or_none(id=review_id, using_db=transaction)
    if review is None:
        raise NoRecordError("review", "review_id")
    return review


async def _standing(
    transaction: BaseDBAsyncClient, detection_ids: Sequence[UUID]
) -> dict[UUID, list[Review]]:
    """Return the reviews of detections that were not taken back, the first first."""
    found: dict[UUID, list[Review]] = {detection_id: [] for detection_id in detection_ids}
    rows = Review.filter(detection_id__in=list(detection_ids), undone_at=None).using_db(transaction)
    for row in await rows.order_by("id"):
        found[row.detection_id].append(row)
    return found


def _refuse(review: Review, own: LockedDetection, *, said: Sequence[Review]) -> None:
    """Raise a refusal unless the review stands of a locked detection, and can be taken back by itself."""
    if review.undone_at is not None:
        when = f"{review.undone_at:%Y-%m-%d %H:%M} UTC"
        raise InvalidValueError(f"This review was taken back already, at {when}.", "review_id")
    if said[-1].id != review.id:
        raise ReviewedSinceError(said[-1])
    if own.row.drawn_by is not None and len(said) == 1:
        raise InvalidValueError(
            "This word came with the box that was drawn. Take the box away with removeDetection.", "review_id"
        )


_UNDO: Final = "UPDATE review SET undone_at = now(), undone_by = $2 WHERE id = ANY($1::uuid[])"


async def _take_back(transaction: BaseDBAsyncClient, review_ids: Sequence[UUID], *, actor: str) -> None:
    await transaction.execute_query_dict(_UNDO, [list(review_ids), actor])
