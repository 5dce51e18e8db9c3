"""Recording what people say of detections: appended, and copied onto the detections, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.refusal import InvalidValueError, NoRecordError, Refusal
from thumper.domain.review import MOST_WORDS, Word
from thumper.domain.shown_class import Prediction, ShownClass, as_predicted, as_reviewed, replayed
from thumper.store.deer.seen_reviews import Seen, over_another, unseen
from thumper.store.deer.sightings import REMOVED, DetectionAssignedError, DetectionRemovedError
from thumper.store.feed import feed
from thumper.store.images import image_lock, marks, repeats, species_rows
from thumper.store.images.marks import ImageSeenAsEmptyError
from thumper.store.models import Deer, Detection, Mark, Review, Sighting, Species
from thumper.store.postgres.deadlock import outlast
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.unnest import arrays, unnest

Reviewed: TypeAlias = tuple[Review, Detection]


@dataclass(frozen=True, slots=True)
class LockedDetection:
    """A detection that nothing else changes meanwhile, and what decides what may be said of it."""

    row: Detection
    prediction: Prediction
    """What was said of it first."""
    deer: Deer | None
    empty: bool
    """Whether a person said that no animal is on its image."""

    @property
    def stands(self) -> ShownClass:
        """What it is taken for now."""
        return ShownClass(**{own.name: getattr(self.row, own.name) for own in fields(ShownClass)})

    def refusal(self, verdict: ReviewVerdict | None) -> Refusal | None:
        """Return why a verdict cannot stand; None when it can."""
        if self.row.removed_at is not None:
            return DetectionRemovedError(REMOVED, "detection_id")
        if verdict is ReviewVerdict.REJECTED:
            return None if self.deer is None else DetectionAssignedError(self.deer, "detection_id")
        if self.empty and (verdict is not None or as_predicted(self.prediction).shown):
            return ImageSeenAsEmptyError(self.row.image_id, "detection_id")
        return None


async def append(detection_id: UUID, word: Word, *, seen: Seen | None = None) -> Reviewed:
    """Append a review and copy it onto the detection.

    With `seen` it is not said over a review of another person that was not seen.

    Raises `InvalidValueError`, `SpeciesNotListedError`, `NoRecordError`, `DetectionAssignedError` if a deer's box is
    to be rejected, `ImageSeenAsEmptyError` if another is not, `DetectionRemovedError`, or `ReviewedSinceError`.
    """
    try:
        (reviewed,) = await _append([(detection_id, word)], seen=seen)
    except ExceptionGroup as refused:
        raise refused.exceptions[0] from None
    return reviewed


async def append_all(said: Sequence[tuple[UUID, Word]], *, seen: Seen | None = None) -> list[Reviewed]:
    """Append reviews of different detections, all or none; return them in the same order.

    Raises `InvalidValueError`, or an `ExceptionGroup` with what `append` would raise for each that is refused.
    """
    if not 1 <= len(said) <= MOST_WORDS:
        raise InvalidValueError(f"{len(said)} items were given; 1 to {MOST_WORDS} at a time.", "items")
    return await _append(said, seen=seen, field="items")


async def _append(
    said: Sequence[tuple[UUID, Word]], *, seen: Seen | None, field: str | None = None
) -> list[Reviewed]:
    said = await _checked(said, field)

    async def work(transaction: BaseDBAsyncClient) -> list[Reviewed]:
        locked = await lock(transaction, [detection_id for detection_id, _ in said])
        _refuse(locked, said, field, later=await unseen(transaction, seen or {}))
        review_ids = await write(transaction, [(locked[own], word) for own, word in said])
        pairs = zip(review_ids, (own for own, _ in said), strict=True)
        reviewed = await read(transaction, list(pairs))
        await feed.append(transaction, entries([locked[own].row for own, _ in said]))
        return reviewed

    return await outlast(work)


async def _checked(said: Sequence[tuple[UUID, Word]], field: str | None) -> list[tuple[UUID, Word]]:
    """Return the words as they can be stored; raise an `ExceptionGroup` of refusals."""
    known = await species_rows.everything() if any(word.species is not None for _, word in said) else []
    clean: list[tuple[UUID, Word]] = []
    refusals: dict[int, Refusal] = {}
    seen: set[UUID] = set()
    for number, (detection_id, word) in enumerate(said):
        try:
            if detection_id in seen:
                raise InvalidValueError("An item before is about the same detection.", "detection_id")
            seen.add(detection_id)
            clean.append((detection_id, _listed(word.checked(), known)))
        except Refusal as refusal:
            refusals[number] = refusal
    _raise(refusals, field)
    return clean


def _listed(word: Word, known: Sequence[Species]) -> Word:
    """Return the word with the scientific name of its species."""
    if word.species is None:
        return word
    return replace(word, species=species_rows.meant(word.species, known, "species").scientific_name)


def _refuse(
    locked: dict[UUID, LockedDetection],
    said: Sequence[tuple[UUID, Word]],
    field: str | None,
    *,
    later: Mapping[UUID, Review],
) -> None:
    """Raise an `ExceptionGroup` of refusals if words cannot stand, or would over a review that was not seen."""
    refusals: dict[int, Refusal] = {}
    for number, (detection_id, word) in enumerate(said):
        own = locked.get(detection_id)
        refusal: Refusal | None = NoRecordError("detection", "detection_id")
        if own is not None:
            over = over_another(later.get(detection_id), actor=word.actor)
            refusal = over or own.refusal(word.verdict)
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
    first = await _predictions(transaction, rows)
    return {
        row.id: LockedDetection(row, first[row.id], deer.get(row.id), row.image_id in empty) for row in rows
    }


async def _predictions(transaction: BaseDBAsyncClient, rows: Sequence[Detection]) -> dict[UUID, Prediction]:
    """Return what was said of boxes first: by the model, or by the person who drew it in its first review."""
    maps = {row.detector_id: ClassMap.from_json(row.detector.class_map) for row in rows}
    drawn: dict[UUID, Word] = {}
    if drawn_ids := [row.id for row in rows if row.drawn_by is not None]:
        for review in await Review.filter(detection_id__in=drawn_ids).using_db(transaction).order_by("id"):
            drawn.setdefault(review.detection_id, word_of(review))
    return {
        row.id: Prediction(
            label=row.label,
            confidence=row.confidence,
            class_map=maps[row.detector_id],
            drawn=drawn.get(row.id),
        )
        for row in rows
    }


def word_of(row: Review) -> Word:
    """Return what a review says."""
    return Word(
        verdict=row.verdict,
        species=row.species,
        sex=row.sex,
        life_stage=row.life_stage,
        note=row.note,
        actor=row.actor,
    )


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
    names = await _common_names([own for own, _ in said], [word for _, word in said])
    after = [
        (own, word, as_reviewed(own.stands, word, own.prediction, common_names=names)) for own, word in said
    ]
    rows = [
        (
            *(new_id(), own.row.id, word.verdict.value, *_kept(word, taken)),
            *(word.note, word.actor, mark_ids.get(own.row.image_id)),
        )
        for own, word, taken in after
    ]
    await transaction.execute_query_dict(_INSERT, arrays(rows))
    await _copy_onto(transaction, [(own.row, word.verdict, taken) for own, word, taken in after])
    return [row[0] for row in rows]


async def replay(
    transaction: BaseDBAsyncClient, standing: Sequence[tuple[LockedDetection, Sequence[Review]]]
) -> None:
    """Write onto locked detections what follows from those of their reviews that stand, the first first."""
    said = [(own, [word_of(row) for row in rows]) for own, rows in standing]
    names = await _common_names([own for own, _ in said], [word for _, words in said for word in words])
    await _copy_onto(
        transaction,
        [
            (
                own.row,
                words[-1].verdict if words else None,
                replayed(own.prediction, words, common_names=names),
            )
            for own, words in said
        ],
    )


async def _common_names(owns: Sequence[LockedDetection], said: Iterable[Word]) -> dict[str, str]:
    """Return the common names of all species of which boxes may be after words."""
    first = (as_predicted(own.prediction).species for own in owns)
    names = {*(own.row.species for own in owns), *first, *(word.species for word in said)}
    return await species_rows.common_names({name for name in names if name is not None})


def _kept(word: Word, taken: ShownClass) -> tuple[str | None, str | None, str | None]:
    """Return what a review keeps: all that is in the box if the word says so."""
    if word.verdict is not ReviewVerdict.CORRECTED:
        return None, None, None
    return taken.species, taken.sex.value, taken.life_stage.value


_STANDS: Final = {
    "id": "uuid",
    "verdict": "text",
    "species": "text",
    "sex": "text",
    "life_stage": "text",
    "corrected_label": "text",
    "shown": "bool",
}
# A box that was removed is shown no more, whatever is taken back of what was said of it.
_COPY: Final = f"""
UPDATE detection SET verdict = fresh.verdict, species = fresh.species, sex = fresh.sex, life_stage = fresh.life_stage,
    corrected_label = fresh.corrected_label, shown = fresh.shown AND detection.removed_at IS NULL
FROM {unnest(_STANDS)} WHERE detection.id = fresh.id
"""


async def _copy_onto(
    transaction: BaseDBAsyncClient, standing: Sequence[tuple[Detection, ReviewVerdict | None, ShownClass]]
) -> None:
    """Write what stands of detections now onto them."""
    rows: list[tuple[Any, ...]] = [
        (
            *(row.id, None if verdict is None else verdict.value),
            *(own.species, own.sex.value, own.life_stage.value, own.corrected_label, own.shown),
        )
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
