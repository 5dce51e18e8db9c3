"""Sightings: which box is which known deer, as it follows from the decisions that stand.

`identity_decisions` appends decisions and has sightings begin and end with them. PostgreSQL refuses two sightings of
one box, and one deer in two boxes of one detector on a photo.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from thumper.domain.refusal import Refusal
from thumper.errors import RefusedError
from thumper.store.models import Deer, Detection, Detector, IdentityDecision, Sighting

Look: TypeAlias = tuple[UUID, UUID | None]
"""Boxes of one image, its id, that count together: those of one detector, or of none but the counted ones."""


class DetectionRejectedError(Refusal, RefusedError):
    """Raised if a person has rejected the detection."""


REMOVED: Final = "This box was removed. Put it back with restoreDetection first."


class DetectionRemovedError(Refusal, RefusedError):
    """Raised if a person drew the detection and it was removed."""


class DetectionAssignedError(Refusal, RefusedError):
    """Raised if the detection is a known deer: `deer`."""

    def __init__(self, deer: Deer, *field: str) -> None:
        super().__init__(
            f"This detection is {deer.name} already. Decide first that it is not, or that it is not sure.",
            *field,
        )
        self.deer = deer


class DeerAlreadyInImageError(Refusal, RefusedError):
    """Raised if another box of the same image, `detection`, is that deer."""

    def __init__(self, deer: Deer, detection: Detection) -> None:
        super().__init__(
            f"Another box of this image is {deer.name} already, and two boxes of one image are never one deer."
        )
        self.deer = deer
        self.detection = detection


async def counted(connection: BaseDBAsyncClient) -> set[UUID]:
    """Return the detectors whose boxes count: the current one, and the people who draw boxes."""
    rows = Detector.filter(Q(current=True) | Q(people=True)).using_db(connection)
    return {row.id for row in await rows.only("id")}


def look_of(box: Detection, counting: Container[UUID]) -> Look:
    """Return the look in which a box was seen, by the detectors that count: there a deer can be one box at most.

    Of the boxes of one detector PostgreSQL itself refuses two. What a person drew counts beside those of a model.
    """
    return box.image_id, None if box.detector_id in counting else box.detector_id


async def of_boxes(connection: BaseDBAsyncClient, detection_ids: Collection[UUID]) -> dict[UUID, Sighting]:
    """Return the sightings of boxes with their deer, by box."""
    rows = Sighting.filter(detection_id__in=list(detection_ids)).using_db(connection)
    return {row.detection_id: row for row in await rows.prefetch_related("deer")}


async def of_deer(
    connection: BaseDBAsyncClient, deer_id: UUID, image_ids: Collection[UUID]
) -> list[Detection]:
    """Return which boxes of some images are a deer."""
    rows = Sighting.filter(deer_id=deer_id, image_id__in=list(image_ids)).using_db(connection)
    return [row.detection for row in await rows.order_by("id").prefetch_related("detection")]


async def begin(
    transaction: BaseDBAsyncClient, decisions: Sequence[IdentityDecision], boxes: Mapping[UUID, Detection]
) -> set[UUID]:
    """Have boxes be seen as the deer of their decisions IS; return those that were not."""
    known = await of_boxes(transaction, [decision.detection_id for decision in decisions])
    fresh = [decision for decision in decisions if decision.detection_id not in known]
    for decision in fresh:
        box = boxes[decision.detection_id]
        await Sighting.create(
            id=decision.id,
            detection_id=decision.detection_id,
            image_id=box.image_id,
            detector_id=box.detector_id,
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
