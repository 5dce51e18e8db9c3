"""Deciding which boxes are which deer: decisions are appended, and sightings follow in the same transaction.

A decision locks the images of its boxes, then its deer, then the boxes, so of two people at once the second sees what
the first one said.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.identity import Identification, IdentityVerdict
from thumper.domain.refusal import NoRecordError, Refusal
from thumper.store.deer import sightings
from thumper.store.feed import feed
from thumper.store.images import image_lock, marks
from thumper.store.images.marks import ImageSeenAsEmptyError
from thumper.store.models import Deer, Detection, IdentityDecision, Sighting
from thumper.store.postgres.deadlock import outlast
from thumper.store.postgres.ids import new_id


async def decide(word: Identification) -> tuple[Deer, list[IdentityDecision]]:
    """Append a decision on each box, or none at all; return the deer, and what stands of each box in their order.

    A decision that repeats the one that stands is not appended. Raises `InvalidValueError`, `NoRecordError` if there
    is no such deer, or an `ExceptionGroup` with a `Refusal` for each box that stands in the way.
    """
    return await outlast(partial(_decide, word.checked()))


async def _decide(
    word: Identification, transaction: BaseDBAsyncClient
) -> tuple[Deer, list[IdentityDecision]]:
    deer, boxes = await _locked(transaction, word)
    known = await _known(transaction, word, boxes)
    refusals = [*_refusals(word, deer, boxes=boxes, known=known)]
    if refusals:
        raise ExceptionGroup("Boxes stand in the way of a decision.", refusals)
    before = await _standing(transaction, word)
    fresh = [box for box in word.detection_ids if not _repeats(word, before.get(box))]
    after = before | await _append(transaction, word, fresh)
    changed = await _follow(transaction, [after[box] for box in fresh], boxes)
    await feed.append(transaction, [_entry(after[box], boxes[box], changed) for box in fresh])
    return deer, [after[box] for box in word.detection_ids]


async def _locked(transaction: BaseDBAsyncClient, word: Identification) -> tuple[Deer, dict[UUID, Detection]]:
    """Return the deer and the boxes, locked with their images so that no review and no other box comes between."""
    rows = Detection.filter(id__in=list(word.detection_ids)).using_db(transaction).order_by("id")
    await image_lock.lock(transaction, {row.image_id for row in await rows.only("id", "image_id")})
    deer = await Deer.filter(id=word.deer_id).using_db(transaction).select_for_update().first()
    if deer is None:
        raise NoRecordError("deer", "deer_id")
    return deer, {row.id: row for row in await rows.select_for_update()}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known before a decision: the deer of each box, and which boxes of their images are the deer.

    And which of these images people saw as empty, and the detectors whose boxes count.
    """

    of_boxes: Mapping[UUID, Sighting]
    of_deer: Sequence[Detection]
    empty: Container[UUID]
    counting: Container[UUID]


async def _known(
    transaction: BaseDBAsyncClient, word: Identification, boxes: Mapping[UUID, Detection]
) -> _Known:
    images = {box.image_id for box in boxes.values()}
    return _Known(
        await sightings.of_boxes(transaction, boxes.keys()),
        await sightings.of_deer(transaction, word.deer_id, images),
        await marks.seen_as_empty(transaction, images),
        await sightings.counted(transaction),
    )


def _refusals(
    word: Identification, deer: Deer, *, boxes: Mapping[UUID, Detection], known: _Known
) -> Iterator[Refusal]:
    """Yield what keeps boxes from being decided on, in their order."""
    seen: dict[sightings.Look, Detection] = {}
    for own in known.of_deer:
        seen.setdefault(sightings.look_of(own, known.counting), own)
    for place, detection_id in enumerate(word.detection_ids):
        field = ("detection_ids", str(place))
        box = boxes.get(detection_id)
        if box is None:
            yield NoRecordError("detection", *field)
        elif box.removed_at is not None:
            yield sightings.DetectionRemovedError(sightings.REMOVED, *field)
        elif word.verdict is IdentityVerdict.IS:
            yield from (own.within(*field) for own in _against(box, deer, known=known, seen=seen))


def _against(
    box: Detection, deer: Deer, *, known: _Known, seen: dict[sightings.Look, Detection]
) -> Iterator[Refusal]:
    """Yield what keeps a box from being a deer; `seen` are the boxes of each look that are it, this one from now on."""
    sighting = known.of_boxes.get(box.id)
    if box.image_id in known.empty:
        yield ImageSeenAsEmptyError(box.image_id)
    elif box.verdict == ReviewVerdict.REJECTED:
        message = "This detection was rejected, so it is no deer. Review it again first."
        yield sightings.DetectionRejectedError(message)
    elif sighting is None:
        other = seen.setdefault(sightings.look_of(box, known.counting), box)
        if other.id != box.id:
            yield sightings.DeerAlreadyInImageError(deer, other)
    elif sighting.deer_id != deer.id:
        yield sightings.DetectionAssignedError(sighting.deer)


async def _standing(transaction: BaseDBAsyncClient, word: Identification) -> dict[UUID, IdentityDecision]:
    """Return the latest decision on each box and this deer, by box."""
    rows = IdentityDecision.filter(deer_id=word.deer_id, detection_id__in=list(word.detection_ids))
    return {row.detection_id: row for row in await rows.using_db(transaction).order_by("created_at")}


def _repeats(word: Identification, before: IdentityDecision | None) -> bool:
    return before is not None and word.repeats(before.verdict, before.note)


# The order of decisions on one box is that of their times, so these grow even when the machine's clock is set back.
_APPEND: Final = """
INSERT INTO identity_decision (id, detection_id, deer_id, verdict, note, actor, created_at)
SELECT fresh.id, fresh.detection_id, $3::uuid, $4, $5, $6, greatest(clock_timestamp(), (
    SELECT max(own.created_at) + interval '1 microsecond' FROM identity_decision AS own
    WHERE own.detection_id = fresh.detection_id
)) FROM unnest($1::uuid[], $2::uuid[]) AS fresh(id, detection_id)
"""


async def _append(
    transaction: BaseDBAsyncClient, word: Identification, detection_ids: Sequence[UUID]
) -> dict[UUID, IdentityDecision]:
    """Append the decision for each of the boxes; return it by box."""
    ids = [new_id() for _ in detection_ids]
    values = [word.deer_id, word.verdict.value, word.note, word.actor]
    await transaction.execute_query_dict(_APPEND, [ids, list(detection_ids), *values])
    rows = await IdentityDecision.filter(id__in=ids).using_db(transaction)
    return {row.detection_id: row for row in rows}


async def _follow(
    transaction: BaseDBAsyncClient, decisions: Sequence[IdentityDecision], boxes: Mapping[UUID, Detection]
) -> set[UUID]:
    """Have sightings begin or end with decisions; return the boxes of which one did."""
    seen = [decision for decision in decisions if decision.verdict is IdentityVerdict.IS]
    unseen = [decision for decision in decisions if decision.verdict is not IdentityVerdict.IS]
    return await sightings.begin(transaction, seen, boxes) | await sightings.end(transaction, unseen)


def _entry(decision: IdentityDecision, box: Detection, changed: set[UUID]) -> FeedEntry:
    kind = FeedKind.IDENTITY_DECIDED
    if box.id in changed:
        kind = FeedKind.DEER_SEEN if decision.verdict is IdentityVerdict.IS else FeedKind.DEER_UNSEEN
    return FeedEntry(kind=kind, deer_id=decision.deer_id, detection_id=box.id, image_id=box.image_id)
