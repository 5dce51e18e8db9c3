"""Recording what people say of a detection: appended, and copied onto the detection, in one transaction."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Final
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.refusal import NoRecordError
from thumper.domain.review import Word
from thumper.domain.shown_class import Prediction, ShownClass, as_reviewed
from thumper.store.deer.sightings import DetectionAssignedError
from thumper.store.feed import feed
from thumper.store.images import species_rows
from thumper.store.models import Detection, Review, Sighting

_SAID: Final = ("species", "sex", "life_stage")
"""What a correction says, as it stands in its review."""


async def append(detection_id: UUID, word: Word) -> tuple[Review, Detection]:
    """Append a review and copy it onto the detection.

    A confirmation confirms the present meaning, an earlier correction included; a rejection restores the meaning
    that the model gave. Raises `InvalidValueError`, `SpeciesNotListedError`, `NoRecordError`, or
    `DetectionAssignedError` if a deer's sighting is to be rejected.
    """
    word = word.checked()
    if word.species is not None:
        word = replace(word, species=(await species_rows.listed(word.species, "species")).scientific_name)
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
        meaning = asdict(await _shown_class(detection, word))
        await detection.update_from_dict({"verdict": word.verdict, **meaning}).save(
            using_db=transaction, update_fields=["verdict", *meaning]
        )
        review = await Review.create(
            detection_id=detection_id,
            verdict=word.verdict,
            note=word.note,
            actor=word.actor,
            using_db=transaction,
            **({name: meaning[name] for name in _SAID} if word.verdict == ReviewVerdict.CORRECTED else {}),
        )
        await feed.append(transaction, [_entry(detection)])
    return review, detection


async def _shown_class(detection: Detection, word: Word) -> ShownClass:
    """Return what the detection is taken for after the review."""
    before = ShownClass(**{own.name: getattr(detection, own.name) for own in fields(ShownClass)})
    prediction = Prediction(
        label=detection.label,
        confidence=detection.confidence,
        class_map=ClassMap.from_json(detection.detector.class_map),
    )
    name = word.species or before.species
    known = await species_rows.of_names([name]) if name else {}
    common_name = known[name].common_name if name in known else ""
    return as_reviewed(before, word, prediction, common_name=common_name)


def _entry(detection: Detection) -> FeedEntry:
    return FeedEntry(
        kind=FeedKind.DETECTION_REVIEWED,
        detection_id=detection.id,
        image_id=detection.image_id,
    )
