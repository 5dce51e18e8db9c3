"""Boxes that people draw: they count whatever detector is current, and no run of a detector changes them.

A box that was removed keeps its row and can be put back. What people say of it are reviews, as of any box; its own
first word is one, so that it need not be reviewed again.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.animal import ReviewVerdict
from thumper.domain.box import Box
from thumper.domain.drawn_box import MOST_BOXES, DrawnBox
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.label import ClassMap
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.domain.shown_class import Prediction, ShownClass, as_predicted, label_of
from thumper.store.deer import reviews
from thumper.store.deer.reviews import LockedDetection
from thumper.store.deer.sightings import DetectionAssignedError
from thumper.store.feed import feed
from thumper.store.images import detectors, marks, repeats, species_rows
from thumper.store.images.marks import ImageSeenAsEmptyError
from thumper.store.models import Detection, Detector, Image, Review
from thumper.store.postgres.deadlock import outlast
from thumper.store.postgres.ids import new_id


async def draw(image_id: UUID, drawn: DrawnBox) -> Detection:
    """Add a box that a person drew.

    Raises `InvalidValueError`, `SpeciesNotListedError`, `NoRecordError` or `ImageSeenAsEmptyError`.
    """
    drawn = drawn.checked()
    if drawn.species is not None:
        drawn = replace(drawn, species=(await species_rows.listed(drawn.species, "species")).scientific_name)

    async def work(transaction: BaseDBAsyncClient) -> Detection:
        await _refuse(transaction, image_id)
        image = await Image.get(id=image_id, using_db=transaction)
        box = drawn.box(width_px=image.width_px, height_px=image.height_px)
        detection = await _insert(transaction, image_id, drawn, box=box)
        await repeats.note(transaction, [image_id])
        await feed.append(transaction, [_entry(FeedKind.DETECTION_DRAWN, detection)])
        return detection

    return await outlast(work)


async def _refuse(transaction: BaseDBAsyncClient, image_id: UUID) -> None:
    """Lock the image; raise a refusal if there is none, or no box may be drawn on it."""
    if not await marks.existing(transaction, [image_id]):
        raise NoRecordError("image", "image_id")
    if await marks.seen_as_empty(transaction, [image_id]):
        raise ImageSeenAsEmptyError(image_id, "image_id")
    boxes = Detection.filter(image_id=image_id, removed_at=None).exclude(drawn_by=None)
    if await boxes.using_db(transaction).count() >= MOST_BOXES:
        raise InvalidValueError(
            f"{MOST_BOXES} boxes are drawn on this image, which are the most.", "image_id"
        )


# One run of the people an image, as of any detector.
_RUN: Final = """
INSERT INTO detection_run (id, image_id, detector_id, device, engine, duration_ms) VALUES ($1, $2, $3, '', '', 0)
ON CONFLICT (image_id, detector_id) DO UPDATE SET finished_at = now() RETURNING id
"""
_ORDINAL: Final = "SELECT coalesce(max(ordinal) + 1, 0) AS ordinal FROM detection WHERE run_id = $1"


async def _insert(transaction: BaseDBAsyncClient, image_id: UUID, drawn: DrawnBox, *, box: Box) -> Detection:
    """Write the box, and what the person says of it as its first review."""
    current = await Detector.get_or_none(current=True, using_db=transaction)
    class_map = ClassMap() if current is None else ClassMap.from_json(current.class_map)
    word = drawn.word(class_map)
    taken = as_predicted(Prediction(label=drawn.label, confidence=1.0, class_map=class_map, drawn=word))
    people_id = await detectors.people(transaction)
    (run,) = await transaction.execute_query_dict(_RUN, [new_id(), image_id, people_id])
    (place,) = await transaction.execute_query_dict(_ORDINAL, [run["id"]])
    detection = await Detection.create(
        using_db=transaction,
        run_id=run["id"],
        ordinal=place["ordinal"],
        image_id=image_id,
        detector_id=people_id,
        label=drawn.label or await _called(taken, class_map),
        confidence=1.0,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        **asdict(taken),
        verdict=word.verdict,
        drawn_by=drawn.actor,
    )
    await Review.create(using_db=transaction, detection=detection, **asdict(word))
    return detection


async def _called(taken: ShownClass, class_map: ClassMap) -> str:
    """Return what a box is called for which the person has no word; empty when they say nothing of it."""
    names = await species_rows.common_names([] if taken.species is None else [taken.species])
    nameless = Prediction(label="", confidence=1.0, class_map=class_map)
    return label_of(taken, nameless, common_name=names.get(taken.species or "", ""))


async def remove(detection_id: UUID, *, actor: str) -> Detection:
    """Remove a box that a person drew; return it.

    Raises `NoRecordError`, `InvalidValueError`, or `DetectionAssignedError` if it is a deer's.
    """

    async def work(transaction: BaseDBAsyncClient) -> Detection:
        own = await _locked(transaction, detection_id)
        if own.row.removed_at is not None:
            raise InvalidValueError("This box was removed already.", "detection_id")
        if own.deer is not None:
            raise DetectionAssignedError(own.deer, "detection_id")
        return await _write(transaction, own, removed_by=actor)

    return await outlast(work)


async def restore(detection_id: UUID) -> Detection:
    """Put a box back that was removed; return it.

    Raises `NoRecordError`, `InvalidValueError`, or `ImageSeenAsEmptyError`.
    """

    async def work(transaction: BaseDBAsyncClient) -> Detection:
        own = await _locked(transaction, detection_id)
        if own.row.removed_at is None:
            raise InvalidValueError("This box was not removed.", "detection_id")
        if own.empty and own.row.verdict is not ReviewVerdict.REJECTED:
            raise ImageSeenAsEmptyError(own.row.image_id, "detection_id")
        return await _write(transaction, own, removed_by=None)

    return await outlast(work)


async def _locked(transaction: BaseDBAsyncClient, detection_id: UUID) -> LockedDetection:
    own = (await reviews.lock(transaction, [detection_id])).get(detection_id)
    if own is None:
        raise NoRecordError("detection", "detection_id")
    if own.row.drawn_by is None:
        raise InvalidValueError(
            "A detector drew this box, so it stays. Reject it with reviewDetection if it is wrong.",
            "detection_id",
        )
    return own


_WRITE: Final = """
UPDATE detection SET removed_by = $2::text, removed_at = CASE WHEN $2::text IS NULL THEN NULL ELSE now() END,
    shown = $2::text IS NULL WHERE id = $1
"""


async def _write(
    transaction: BaseDBAsyncClient, own: LockedDetection, *, removed_by: str | None
) -> Detection:
    """Remove the box in somebody's name, or put it back without one."""
    await transaction.execute_query_dict(_WRITE, [own.row.id, removed_by])
    await repeats.note(transaction, [own.row.image_id])
    kind = FeedKind.DETECTION_DRAWN if removed_by is None else FeedKind.DETECTION_REMOVED
    detection = await Detection.get(id=own.row.id, using_db=transaction)
    await feed.append(transaction, [_entry(kind, detection)])
    return detection


def _entry(kind: FeedKind, detection: Detection) -> FeedEntry:
    return FeedEntry(kind=kind, detection_id=detection.id, image_id=detection.image_id)
