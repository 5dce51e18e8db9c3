"""Recording what people say of detections: appended, and copied onto the detections, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.refusal import InvalidValueError, NoRecordError, Refusal
from thumper.domain.review import MOST_WORDS, Meaning, Word
from thumper.store.deer.sightings import REMOVED, DetectionAssignedError, DetectionRemovedError
from thumper.store.feed import feed
from thumper.store.images import image_lock, marks, repeats
from thumper.store.images.marks import ImageSeenAsEmptyError
from thumper.store.models import Deer, Detection, Mark, Review, Sighting
from thumper.store.postgres.deadlock import outlast
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest

Reviewed: TypeAlias = tuple[Review, Detection]


@dataclass(frozen=True, slots=True)
class LockedDetection:
    """A detection that nothing else changes meanwhile, and what decides what may be said of it."""

    row: Detection
    own: Meaning
    """What it meant before anybody spoke."""
    deer: Deer | None
    empty: bool
    """Whether a person said that no animal is on its image."""

    @property
    def stands(self) -> Meaning:
        """What it means now."""
        return Meaning(species=self.row.species, sex=self.row.sex, life_stage=self.row.life_stage)

    def refusal(self, verdict: ReviewVerdict | None) -> Refusal | None:
        """Return why a verdict cannot stand; None when it can."""
        if self.row.removed_at is not None:
            return DetectionRemovedError(REMOVED, "detection_id")
        if verdict is ReviewVerdict.REJECTED:
            return None if self.deer is None else DetectionAssignedError(self.deer)
        if self.empty and (verdict is not None or self.row.shown):
            return ImageSeenAsEmptyError(self.row.image_id, "detection_id")
        return None


async def append(detection_id: UUID, word: Word) -> Reviewed:
    """Append a review and copy it onto the detection.

    Raises `InvalidValueError`, `NoRecordError`, `DetectionAssignedError` if a deer's box is to be rejected,
    `ImageSeenAsEmptyError` if another is not, or `DetectionRemovedError`.
    """
    try:
        (reviewed,) = await _append([(detection_id, word)])
    except ExceptionGroup as refused:
        raise refused.exceptions[0] from None
    return reviewed


async def append_all(said: Sequence[tuple[UUID, Word]]) -> list[Reviewed]:
    """Append reviews of different detections, all or none; return them in the same order.

    Raises `InvalidValueError`, or an `ExceptionGroup` with what `append` would raise for each that is refused.
    """
    if not 1 <= len(said) <= MOST_WORDS:
        raise InvalidValueError(f"{len(said)} items were given; 1 to {MOST_WORDS} at a time.", "items")
    return await _append(said, field="items")


async def _append(said: Sequence[tuple[UUID, Word]], *, field: str | None = None) -> list[Reviewed]:
    said = _checked(said, field)

    async def work(transaction: BaseDBAsyncClient) -> list[Reviewed]:
        locked = await lock(transaction, [detection_id for detection_id, _ in said])
        _refuse(locked, said, field)
        review_ids = await write(transaction, [(locked[own], word) for own, word in said])
        pairs = zip(review_ids, (own for own, _ in said), strict=True)
        reviewed = await read(transaction, list(pairs))
        await feed.append(transaction, entries([locked[own].row for own, _ in said]))
        return reviewed

    return await outlast(work)


def _checked(said: Sequence[tuple[UUID, Word]], field: str | None) -> list[tuple[UUID, Word]]:
    """Return the words as they can be stored; raise an `ExceptionGroup` of refusals."""
    clean: list[tuple[UUID, Word]] = []
    refusals: dict[int, Refusal] = {}
    seen: set[UUID] = set()
    for number, (detection_id, word) in enumerate(said):
        try:
            if detection_id in seen:
                raise InvalidValueError("An item before is about the same detection.", "detection_id")
            seen.add(detection_id)
            clean.append((detection_id, word.checked()))
        except Refusal as refusal:
            refusals[number] = refusal
    _raise(refusals, field)
    return clean


def _refuse(
    locked: dict[UUID, LockedDetection], said: Sequence[tuple[UUID, Word]], field: str | None
) -> None:
    """Raise an `ExceptionGroup` of refusals if words cannot stand."""
    refusals: dict[int, Refusal] = {}
    for number, (detection_id, word) in enumerate(said):
        own = locked.get(detection_id)
        refusal = NoRecordError("detection", "detection_id") if own is None else own.refusal(word.verdict)
        if refusal is not None:
            refusals[number] = refusal
    _raise(refusals, field)


def _raise(refusals: dict[int, Refusal], field: str | None) -> None:
    """Raise refusals, if there are any, by the number of the item in a list; without a field there is but one."""
    if refusals:
        placed = [
            own if field is None else own.within(field, str(number)) for number, own in refusals.items()
        ]
        raise ExceptionGroup("Words about detections cannot stand.", placed)


async def lock(
    transaction: BaseDBAsyncClient, detection_ids: Collection[UUID]
) -> dict[UUID, LockedDetection]:
    """Lock detections and their images until the transaction ends, images first as all do; return those there are."""
    plain = Detection.filter(id__in=list(detection_ids)).using_db(transaction)
    image_ids = {row.image_id for row in await plain.only("id", "image_id")}
    await image_lock.lock(transaction, image_ids)
    rows = await plain.order_by("id").select_for_update(of=("detection",)).prefetch_related("detector")
    sighted = Sighting.filter(detection_id__in=[row.id for row in rows]).using_db(transaction)
    deer = {sighting.detection_id: sighting.deer for sighting in await sighted.prefetch_related("deer")}
    empty = await marks.seen_as_empty(transaction, image_ids)
    maps = {row.detector_id: ClassMap.from_json(row.detector.class_map) for row in rows}
    return {
        row.id: LockedDetection(
            row, _own(row, maps[row.detector_id]), deer.get(row.id), row.image_id in empty
        )
        for row in rows
    }


def _own(row: Detection, class_map: ClassMap) -> Meaning:
    """Return what the model's label means; of a drawn box nothing is known but by its reviews."""
    told = class_map.meaning(row.label)
    return Meaning(species=told.species, sex=told.sex, life_stage=told.life_stage)


_REVIEW: Final = {
    "id": "uuid",
    "detection_id": "uuid",
    "verdict": "text",
    "species": "text",
    "sex": "text",
    "life_stage": "text",
    "note": "text",
    "actor": "text",
    "mark_id": "uuid",
}
_INSERT: Final = f"INSERT INTO review ({', '.join(_REVIEW)}) SELECT * FROM {unnest(_REVIEW)}"


async def write(
    transaction: BaseDBAsyncClient,
    said: Sequence[tuple[LockedDetection, Word]],
    *,
    came_with: Mapping[UUID, Mark] | None = None,
) -> list[UUID]:
    """Write words about locked detections that may be said of them; return the ids of the reviews.

    They came with words on the whole images, by image, or by themselves.
    """
    mark_ids = {image_id: mark.id for image_id, mark in (came_with or {}).items()}
    after = [(own, word, word.applied(own.stands, own=own.own)) for own, word in said]
    rows = [
        (
            *(new_id(), own.row.id, word.verdict.value, *_kept(word, meaning)),
            *(word.note, word.actor, mark_ids.get(own.row.image_id)),
        )
        for own, word, meaning in after
    ]
    await transaction.execute_query_dict(_INSERT, arrays(rows))
    await copy_onto(transaction, [(own.row, word.verdict, meaning) for own, word, meaning in after])
    return [row[0] for row in rows]


def _kept(word: Word, meaning: Meaning) -> tuple[str | None, str | None, str | None]:
    """Return what a review keeps: the whole meaning if the word says what is in the box."""
    if word.verdict is not ReviewVerdict.CORRECTED:
        return None, None, None
    return meaning.species, meaning.sex.value, meaning.life_stage.value


_STANDS: Final = {"id": "uuid", "verdict": "text", "species": "text", "sex": "text", "life_stage": "text"}
_COPY: Final = f"""
UPDATE detection SET verdict = fresh.verdict, species = fresh.species, sex = fresh.sex, life_stage = fresh.life_stage
FROM {unnest(_STANDS)} WHERE detection.id = fresh.id
"""


async def copy_onto(
    transaction: BaseDBAsyncClient, standing: Sequence[tuple[Detection, ReviewVerdict | None, Meaning]]
) -> None:
    """Write what stands of detections now onto them."""
    rows: list[tuple[Any, ...]] = [
        (row.id, None if verdict is None else verdict.value, own.species, own.sex.value, own.life_stage.value)
        for row, verdict, own in standing
    ]
    await transaction.execute_query_dict(_COPY, arrays(rows))
    if drawn := [row.image_id for row, _, _ in standing if row.drawn_by is not None]:
        await repeats.note(transaction, drawn)


async def read(transaction: BaseDBAsyncClient, pairs: Sequence[tuple[UUID, UUID]]) -> list[Reviewed]:
    """Return reviews and detections, by the ids of both, in the same order."""
    reviews = await Review.filter(id__in=[own for own, _ in pairs]).using_db(transaction)
    boxes = await Detection.filter(id__in=[own for _, own in pairs]).using_db(transaction)
    review, box = {row.id: row for row in reviews}, {row.id: row for row in boxes}
    return [(review[one], box[other]) for one, other in pairs]


def entries(rows: Collection[Detection]) -> list[FeedEntry]:
    """Return the event of each detection of which something was said."""
    return [
        FeedEntry(kind=FeedKind.DETECTION_REVIEWED, detection_id=row.id, image_id=row.image_id)
        for row in rows
    ]
