"""Recording that a detection is a known deer, and taking it back."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.deer.deer import Deer
from thumper.graphql.deer.sighting import Sighting
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.user_error import (
    ChangeRefusedError,
    DeerAlreadyInImage,
    DetectionAssigned,
    DetectionNotAssigned,
    DetectionRejected,
    Obstacle,
    UserErrorCode,
    not_found,
)
from thumper.store import models
from thumper.store.deer import sightings
from thumper.store.deer.sightings import (
    DeerAlreadyInImageError,
    DetectionAssignedError,
    DetectionRejectedError,
    NoDeerError,
    NoDetectionError,
)


@strawberry.input(description="Which detection is which deer.")
class AssignDetectionInput:
    """Input of `assignDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection.")
    deer_id: strawberry.ID = strawberry.field(description="The deer that it is.")


@strawberry.input(description="Which detection is no known deer after all.")
class UnassignDetectionInput:
    """Input of `unassignDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection.")


@strawberry.type(description="Answer of assignDetection.")
class AssignDetectionPayload(Payload):
    """The sighting or the errors."""

    sighting: models.Sighting | None = strawberry.field(
        default=None, description="The sighting; null when refused.", graphql_type=optional(Sighting)
    )


@strawberry.type(description="Answer of unassignDetection.")
class UnassignDetectionPayload(Payload):
    """The deer or the errors."""

    deer: models.Deer | None = strawberry.field(
        default=None, description="The deer that it was; null when refused.", graphql_type=optional(Deer)
    )


def obstacle_of(error: DetectionAssignedError) -> DetectionAssigned:
    """Return the error that the detection is a deer already."""
    return DetectionAssigned(
        code=UserErrorCode.DETECTION_ASSIGNED,
        message=str(error),
        path=["input", "detectionId"],
        deer_row=error.deer,
    )


def _conflict(error: DeerAlreadyInImageError) -> Obstacle:
    return DeerAlreadyInImage(
        code=UserErrorCode.DEER_ALREADY_IN_IMAGE,
        message=str(error),
        path=["input", "deerId"],
        deer_row=error.deer,
        detection_row=error.detection,
    )


async def _assign(input: AssignDetectionInput, actor: str) -> models.Sighting:
    """Assign; raise `ChangeRefusedError` for what the store refuses."""
    detection_id, deer_id = decode(input.detection_id, "Detection"), decode(input.deer_id, "Deer")
    try:
        return await sightings.assign(detection_id, deer_id, actor=actor)
    except NoDetectionError as error:
        raise not_found("detection", "detectionId") from error
    except NoDeerError as error:
        raise not_found("deer", "deerId") from error
    except DetectionAssignedError as error:
        raise ChangeRefusedError(obstacle_of(error)) from error
    except DeerAlreadyInImageError as error:
        raise ChangeRefusedError(_conflict(error)) from error
    except DetectionRejectedError as error:
        code, path = UserErrorCode.DETECTION_REJECTED, ["input", "detectionId"]
        raise ChangeRefusedError(DetectionRejected(code=code, message=str(error), path=path)) from error


async def _unassign(detection_id: strawberry.ID) -> models.Deer:
    try:
        deer = await sightings.unassign(decode(detection_id, "Detection"))
    except NoDetectionError as error:
        raise not_found("detection", "detectionId") from error
    if deer is None:
        code, message = UserErrorCode.DETECTION_NOT_ASSIGNED, "This detection is assigned to no deer."
        raise ChangeRefusedError(
            DetectionNotAssigned(code=code, message=message, path=["input", "detectionId"])
        )
    return deer


AssignInput: TypeAlias = Annotated[
    AssignDetectionInput, strawberry.argument(description="The detection and the deer that it is.")
]
UnassignInput: TypeAlias = Annotated[
    UnassignDetectionInput, strawberry.argument(description="The detection to take back.")
]


@strawberry.type
class SightingMutation:
    """Changing sightings."""

    @change(
        "Say that a detection is a known deer; saying it again changes nothing. Refused with NOT_FOUND,"
        " DEER_ALREADY_IN_IMAGE, DETECTION_ASSIGNED or DETECTION_REJECTED."
    )
    @staticmethod
    async def assign_detection(info: Info, input: AssignInput) -> AssignDetectionPayload:
        return AssignDetectionPayload(sighting=await _assign(input, info.context.actor.name))

    @change("Take back that a detection is a deer. Refused with NOT_FOUND or DETECTION_NOT_ASSIGNED.")
    @staticmethod
    async def unassign_detection(input: UnassignInput) -> UnassignDetectionPayload:
        return UnassignDetectionPayload(deer=await _unassign(input.detection_id))
