"""Recording what people say of a detection: appended, and copied onto the detection, in one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.refusal import NoRecordError
from thumper.domain.review import Word
from thumper.store.deer.sightings import DetectionAssignedError
from thumper.store.feed import feed
from thumper.store.models import Detection, Review, Sighting


async def append(detection_id: UUID, word: Word) -> tuple[Review, Detection]:
    """Append a review and copy it onto the detection.

    A confirmation confirms the present meaning, an earlier correction included; a rejection restores the meaning
    that the model gave. Raises `InvalidValueError`, `NoRecordError`, or
    `DetectionAssignedError` if a deer's sighting is to be rejected.
    """
    word = word.checked()
    async with in_transaction("default") as transaction:
        detection = (
            await Detection.filter(id=detection_id)
            .using_db(transaction)
            .select_for_update(of=("detection",))
            .prefetch_related("detector")
            .first()
        )
        if detection is None:
            raise NoRecordError("detection", "detection_id")
        if word.verdict == ReviewVerdict.REJECTED:
            sighting = await Sighting.get_or_none(detection_id=detection_id, using_db=transaction)
            if sighting is not None:
                await sighting.fetch_related("deer", using_db=transaction)
                raise DetectionAssignedError(sighting.deer)
        meaning = _meaning(detection, word)
        await detection.update_from_dict({"verdict": word.verdict, **meaning}).save(
            using_db=transaction, update_fields=["verdict", *meaning]
        )
        review = await Review.create(
            detection_id=detection_id,
            verdict=word.verdict,
            note=word.note,
            actor=word.actor,
            using_db=transaction,
            **(meaning if word.verdict == ReviewVerdict.CORRECTED else {}),
        )
        await feed.append(transaction, [_entry(detection)])
    return review, detection


def _meaning(detection: Detection, word: Word) -> dict[str, Any]:
    """Return what the detection means after the review."""
    if word.verdict == ReviewVerdict.REJECTED:
        own = ClassMap.from_json(detection.detector.class_map).meaning(detection.label)
        return {"species": own.species, "sex": own.sex, "life_stage": own.life_stage}
    stands = {"species": detection.species, "sex": detection.sex, "life_stage": detection.life_stage}
    if word.verdict == ReviewVerdict.CORRECTED:
        corrected = {"species": word.species, "sex": word.sex, "life_stage": word.life_stage}
        stands |= {name: value for name, value in corrected.items() if value is not None}
    return stands


def _entry(detection: Detection) -> FeedEntry:
    return FeedEntry(
        kind=FeedKind.DETECTION_REVIEWED,
        detection_id=detection.id,
        image_id=detection.image_id,
    )
