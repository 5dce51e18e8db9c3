"""Recording that a person has looked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.refusal import InvalidValueError
from thumper.graphql.context import Info
from thumper.graphql.relay.change import Payload, change
from thumper.store.access import looks


@strawberry.input(description="Until when somebody has seen what is new.")
class RecordLookInput:
    """Input of `recordLook`."""

    looked_at: dt.datetime = strawberry.field(
        description="The `asOf` of the answer that they have seen; not in the future."
    )


@strawberry.type(description="Answer of recordLook.")
class RecordLookPayload(Payload):
    """The instant, or the errors."""

    last_looked_at: dt.datetime | None = strawberry.field(
        default=None,
        description="What counts now: the latest instant that was recorded for the person; null when refused.",
    )


LookInput: TypeAlias = Annotated[RecordLookInput, strawberry.argument(description="Until when.")]


@strawberry.type
class LookMutation:
    """The mutation of who has looked."""

    @change(
        "Record that who asks has seen what was new until an instant; on all their devices, and never back again: of"
        " two the later counts. Refused with INVALID."
    )
    @staticmethod
    async def record_look(info: Info, input: LookInput) -> RecordLookPayload:
        person_id = info.context.actor.person_id
        if person_id is None:
            raise InvalidValueError("Only a person has looked: sign in, or use the token of a person.")
        return RecordLookPayload(last_looked_at=await looks.record(person_id, input.looked_at))
