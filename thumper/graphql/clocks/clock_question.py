"""What is asked about a dump whose photos are old."""

from __future__ import annotations

from typing import Any

import strawberry

from thumper.domain import clock_question
from thumper.graphql.clocks.image_clock import zone_of
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy
from thumper.graphql.relay.node import related
from thumper.graphql.shared.together import loaded


@strawberry.type(
    description="Asked of a settled dump whose newest photo is more than 60 days older than its arrival: was the"
    " camera's clock wrong, or are the photos old? Answered by confirmClocks, or by a repair (fixClock)."
)
class ClockQuestion:
    """Backed by `clock_question.ClockQuestion`."""

    days: int = strawberry.field(description="Whole days from the newest photo to the arrival of the dump.")
    proposed_offset_seconds: int | None = strawberry.field(
        description="What to add to the clocks if only their year is wrong: then the newest photo is of the 60 days"
        " before the arrival. Null when no other year does that.",
        resolver=lambda root: root.proposed_offset_s,
    )

    @field("The question, for people.")
    @staticmethod
    async def sentence(root: strawberry.Parent[clock_question.ClockQuestion], info: Info) -> str:
        image = await info.context.loaders.rows["Image"].load(root.newest_id)
        return root.sentence(await zone_of(image, info=info))

    @field("What a person can do about it.")
    @staticmethod
    def what_to_do(root: strawberry.Parent[clock_question.ClockQuestion]) -> str:
        return clock_question.ADVICE

    @field(
        "The newest photo, also of those that had been delivered before, whose time is believed.",
        lazy("Image"),
    )
    @staticmethod
    @loaded
    def newest(root: strawberry.Parent[clock_question.ClockQuestion], info: Info) -> Any:
        return related(root.newest_id, "Image", info=info)
