"""Sightings: which box is which known deer, as it follows from the decisions that stand.

`identity_decisions` appends decisions and has sightings begin and end with them. PostgreSQL refuses two sightings of
one box, and one deer twice in one photo.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.refusal import Refusal
from thumper.errors import RefusedError
from thumper.store.models import Deer, Detection, IdentityDecision, Sighting

Look: TypeAlias = tuple[UUID, UUID]
"""One detector's look at one image, by the ids of image and detector."""


class DetectionRejectedError(Refusal, RefusedError):
    """Raised if a person has rejected the detection."""


class DetectionAssignedError(Refusal, RefusedError):
    """Raised if the detection is a known deer: `deer`."""

    def __init__(self, deer: Deer, *field: str) -> None:
        super().__init__(
            f"This detection is {deer.name} already. Decide first that it is not, or that it is not sure.",
            *(field or ("detection_id",)),
        )
        self.deer = deer


class DeerAlreadyInImageError(Refusal, RefusedError):
    """Raised if another box of the same image, `detection`, is that deer."""

    def __init__(self, deer: Deer, detection: Detection, *field: str) -> None:
        super().__init__(
            f"Another box of this image is {deer.name} already, and two boxes of one image are never one deer.",
            *field,
        )
        self.deer = deer
        self.detection = detection


def look_of(box: Detection | Sighting) -> Look:
    """Return the look in which a box was seen: there a deer can be one box at most."""
    return box.image_id, box.detector_id


async def of_boxes(connection: BaseDBAsyncClient, detection_ids: Collection[UUID]) -> dict[UUID, Sighting]:
    """Return the sightings of boxes with their deer, by box."""
    rows = Sighting.filter(detection_id__in=list(detection_ids)).using_db(connection)
    return {row.detection_id: row for row in await rows.prefetch_related("deer")}


async def of_deer(
    connection: BaseDBAsyncClient, deer_id: UUID, image_ids: Collection[UUID]
) -> dict[Look, Detection]:
    """Return which boxes of some images are a deer."""
    rows = Sighting.filter(deer_id=deer_id, image_id__in=list(image_ids)).using_db(connection)
    return {look_of(row): row.detection for row in await rows.prefetch_related("detection")}


async def begin(
    transaction: BaseDBAsyncClient, decisions: Sequence[IdentityDecision], boxes: Mapping[UUID, Detection]
) -> set[UUID]:
    """Have boxes be seen as the deer of their decisions IS; return those that were not."""
    known = await of_boxes(transaction, [decision.detection_id for decision in decisions])
    fresh = [decision for decision in decisions if decision.detection_id not in known]
    for decision in fresh:
        image_id, detector_id = look_of(boxes[decision.detection_id])
        await Sighting.create(
            id=decision.id,
            detection_id=decision.detection_id,
            image_id=image_id,
            detector_id=detector_id,
            deer_id=decision.deer_id,
            actor=decision.actor,
            created_at=decision.created_at,
            using_db=transaction,
        )
    return {decision.detection_id for decision in fresh}


async def end(transaction: BaseDBAsyncClient, decisions: Sequence[IdentityDecision]) -> set[UUID]:
    """Have boxes not be seen as the deer of their decisions any more; return those that were."""
    rows = await transaction.execute_query_dict(
        "DELETE FROM sighting USING unnest($1::uuid[], $2::uuid[]) AS own(detection_id, deer_id)"
        " WHERE sighting.detection_id = own.detection_id AND sighting.deer_id = own.deer_id"
        " RETURNING sighting.detection_id",
        [
            [decision.detection_id for decision in decisions],
            [decision.deer_id for decision in decisions],
        ],
    )
    return {row["detection_id"] for row in rows}
