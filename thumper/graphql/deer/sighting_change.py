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
from thumper.store import models
from thumper.store.deer import sightings


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


AssignInput: TypeAlias = Annotated[
    AssignDetectionInput, strawberry.argument(description="The detection and the deer that it is.")
]
UnassignInput: TypeAlias = Annotated[
    UnassignDetectionInput, strawberry.argument(description="The detection to take back.")
]


@strawberry.type
class SightingMutation:
    """Mutations of sightings."""

    @change(
        "Say that a detection is a known deer; saying it again changes nothing. Refused with NOT_FOUND,"
        " DEER_ALREADY_IN_IMAGE, DETECTION_ASSIGNED or DETECTION_REJECTED."
    )
    @staticmethod
    async def assign_detection(info: Info, input: AssignInput) -> AssignDetectionPayload:
        sighting = await sightings.assign(
            decode(input.detection_id, "Detection"),
            decode(input.deer_id, "Deer"),
            actor=info.context.actor.name,
        )
        return AssignDetectionPayload(sighting=sighting)

    @change("Take back that a detection is a deer. Refused with NOT_FOUND or DETECTION_NOT_ASSIGNED.")
    @staticmethod
    async def unassign_detection(input: UnassignInput) -> UnassignDetectionPayload:
        return UnassignDetectionPayload(
            deer=await sightings.unassign(decode(input.detection_id, "Detection"))
        )
