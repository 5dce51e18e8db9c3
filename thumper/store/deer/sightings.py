"""Recording that a detection is a known deer, and taking it back.

It is written without looking first, and PostgreSQL's constraints refuse: of two people at once, both would look before
either writes, and put one deer into one photo twice.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain.animal import ReviewVerdict
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.refusal import NoRecordError, Refusal
from thumper.errors import RefusedError
from thumper.store.deer import same_deer
from thumper.store.feed import feed
from thumper.store.images import image_lock
from thumper.store.models import Deer, Detection, Sighting


class DetectionRejectedError(Refusal, RefusedError):
    """Raised if a person has rejected the detection."""


REMOVED: Final = "This box was removed. Put it back with restoreDetection first."


class DetectionRemovedError(Refusal, RefusedError):
    """Raised if a person drew the detection and it was removed."""


class DetectionNotAssignedError(Refusal, RefusedError):
    """Raised if the detection is assigned to no deer."""


class DetectionAssignedError(Refusal, RefusedError):
    """Raised if the detection is assigned to another deer: `deer`."""

    def __init__(self, deer: Deer) -> None:
        super().__init__(f"This detection is {deer.name} already. Take that back first.", "detection_id")
        self.deer = deer


class DeerAlreadyInImageError(Refusal, RefusedError):
    """Raised if another box of the same image, `detection`, is that deer."""

    def __init__(self, deer: Deer, detection: Detection) -> None:
        super().__init__(
            f"Another box of this image is {deer.name} already, and two boxes of one image are never one deer.",
            "deer_id",
        )
        self.deer = deer
        self.detection = detection


async def assign(detection_id: UUID, deer_id: UUID, *, actor: str) -> Sighting:
    """Record that a detection is a deer; doing it again for the same deer changes nothing.

    Raises `NoRecordError` or one of this module's errors.
    """
    try:
        async with in_transaction("default") as transaction:
            detection = await _locked(transaction, detection_id)
            if detection.verdict == ReviewVerdict.REJECTED:
                raise DetectionRejectedError(
                    "This detection was rejected, so it is no deer. Review it again first.", "detection_id"
                )
            existing = await Sighting.get_or_none(detection_id=detection_id, using_db=transaction)
            if existing is not None:
                return await _same_deer(existing, deer_id)
            other = await same_deer.other_box(transaction, detection, deer_id)
            if other is not None:
                raise DeerAlreadyInImageError(await Deer.get(id=deer_id, using_db=transaction), other)
            sighting = await Sighting.create(
                detection_id=detection_id,
                image_id=detection.image_id,
                detector_id=detection.detector_id,
                deer_id=deer_id,
                actor=actor,
                using_db=transaction,
            )
            await feed.append(transaction, [_entry(FeedKind.DEER_SEEN, sighting)])
    except IntegrityError as error:
        raise await _explain(error, detection_id, deer_id=deer_id) from error
    return sighting


async def unassign(detection_id: UUID) -> Deer:
    """Take back that a detection is a deer; return that deer.

    Raises `NoRecordError` or `DetectionNotAssignedError`.
    """
    async with in_transaction("default") as transaction:
        await _locked(transaction, detection_id)
        sighting = await Sighting.get_or_none(detection_id=detection_id, using_db=transaction)
        if sighting is None:
            raise DetectionNotAssignedError("This detection is assigned to no deer.", "detection_id")
        deer = await Deer.get(id=sighting.deer_id, using_db=transaction)
        await sighting.delete(using_db=transaction)
        await feed.append(transaction, [_entry(FeedKind.DEER_UNSEEN, sighting)])
    return deer


async def _locked(transaction: BaseDBAsyncClient, detection_id: UUID) -> Detection:
    """Return the detection, locked with its image so that no review and no other box comes between."""
    before = await Detection.get_or_none(id=detection_id, using_db=transaction)
    await image_lock.lock(transaction, [] if before is None else [before.image_id])
    found = await Detection.filter(id=detection_id).using_db(transaction).select_for_update().first()
    if found is None:
        raise NoRecordError("detection", "detection_id")
    if found.removed_at is not None:
        raise DetectionRemovedError(REMOVED, "detection_id")
    return found


async def _same_deer(sighting: Sighting, deer_id: UUID) -> Sighting:
    if sighting.deer_id == deer_id:
        return sighting
    raise DetectionAssignedError(await Deer.get(id=sighting.deer_id))


async def _explain(error: IntegrityError, detection_id: UUID, *, deer_id: UUID) -> Exception:
    """Return what the violated constraint means."""
    if isinstance(error.args[0], asyncpg.ForeignKeyViolationError):
        return NoRecordError("deer", "deer_id")
    detection = await Detection.get(id=detection_id)
    other = await Sighting.get_or_none(
        image_id=detection.image_id,
        detector_id=detection.detector_id,
        deer_id=deer_id,
    ).prefetch_related("deer", "detection")
    return error if other is None else DeerAlreadyInImageError(other.deer, other.detection)


def _entry(kind: FeedKind, sighting: Sighting) -> FeedEntry:
    return FeedEntry(
        kind=kind,
        deer_id=sighting.deer_id,
        detection_id=sighting.detection_id,
        image_id=sighting.image_id,
    )
