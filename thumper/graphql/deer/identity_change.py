"""Deciding whether boxes are a known deer."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.identity import MOST_BOXES, Identification, IdentityVerdict
from thumper.graphql.context import Info
from thumper.graphql.deer.deer import Deer
from thumper.graphql.deer.identity_decision import IdentityDecision
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import listed, optional
from thumper.graphql.relay.identity import decode, decode_all
from thumper.graphql.relay.price import price
from thumper.store import models
from thumper.store.deer import identity_decisions


@strawberry.input(description="A decision whether boxes are a known deer.")
class DecideIdentityInput:
    """Input of `decideIdentity`."""

    detection_ids: list[strawberry.ID] = strawberry.field(
        description="The boxes: one, or those of a burst, 100 at most. The decision is taken for each of them, or for"
        " none."
    )
    deer_id: strawberry.ID = strawberry.field(description="The deer.")
    verdict: IdentityVerdict = strawberry.field(description="Whether they are this deer.")
    note: str | None = strawberry.field(default="", description="Free text.")


@strawberry.type(description="Answer of decideIdentity.")
class DecideIdentityPayload(Payload):
    """The decisions or the errors."""

    decisions: list[models.IdentityDecision] | None = strawberry.field(
        default=None,
        description="What stands of each box, in the order of the input; null when refused.",
        graphql_type=optional(listed(IdentityDecision)),
        metadata=price(items=MOST_BOXES),
    )
    deer: models.Deer | None = strawberry.field(
        default=None, description="The deer; null when refused.", graphql_type=optional(Deer)
    )


DecideInput: TypeAlias = Annotated[
    DecideIdentityInput, strawberry.argument(description="The boxes, the deer and the word.")
]


@strawberry.type
class IdentityMutation:
    """Mutations of decisions."""

    @change(
        "Decide whether boxes are a known deer: IS makes sightings, IS_NOT and UNSURE end those of this deer. It is"
        " taken back with another decision; saying the same again changes nothing. Refused with NOT_FOUND, INVALID,"
        " DETECTION_REMOVED, and IS also with DETECTION_REJECTED, IMAGE_SEEN_AS_EMPTY, DETECTION_ASSIGNED to another"
        " deer, or DEER_ALREADY_IN_IMAGE: for each box"
        ' an error whose path ends with its place in the input, such as ["input", "detectionIds", "3"], and then'
        " nothing is decided for any."
    )
    @staticmethod
    async def decide_identity(info: Info, input: DecideInput) -> DecideIdentityPayload:
        word = Identification(
            detection_ids=decode_all(input.detection_ids, "Detection", "input", "detectionIds"),
            deer_id=decode(input.deer_id, "Deer"),
            verdict=input.verdict,
            note=input.note or "",
            actor=info.context.actor.name,
        )
        deer, decisions = await identity_decisions.decide(word)
        return DecideIdentityPayload(decisions=decisions, deer=deer)
