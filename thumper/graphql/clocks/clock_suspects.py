"""What needs a clock repair, by dump and camera."""

from __future__ import annotations

from typing import Any

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.clock_doubt import ClockDoubt
from thumper.graphql.context import Info
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import LocalDateTime, wall_clock
from thumper.graphql.shared.together import loaded
from thumper.store.times import clock_fixes


@strawberry.type(
    description="Images of one dump and camera whose clock is doubted for one reason and was not repaired, or not well."
)
class ClockSuspects:
    """Backed by `clock_fixes.Suspects`."""

    doubt: ClockDoubt = strawberry.field(description="Why the clock is doubted.")
    images: int = strawberry.field(name="imageCount", description="How many images.")

    @field("The dump that delivered them first.", lazy("Dump"))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[clock_fixes.Suspects], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)

    @field("The camera that took them; null when the photos do not say.", optional(lazy("Camera")))
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[clock_fixes.Suspects], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field(
        "The stay of the camera; null when camera or location are not known.", optional(lazy("Deployment"))
    )
    @staticmethod
    @loaded
    def deployment(root: strawberry.Parent[clock_fixes.Suspects], info: Info) -> Any:
        return related(root.deployment_id, "Deployment", info=info)

    @field("The earliest time that the clock showed, such as 2010-01-01T03:20:49.")
    @staticmethod
    def first_local(root: strawberry.Parent[clock_fixes.Suspects]) -> LocalDateTime:
        return wall_clock(root.first_local)

    @field("The latest time that the clock showed.")
    @staticmethod
    def last_local(root: strawberry.Parent[clock_fixes.Suspects]) -> LocalDateTime:
        return wall_clock(root.last_local)

    @field("The image whose clock showed the earliest time.", lazy("Image"))
    @staticmethod
    @loaded
    def example(root: strawberry.Parent[clock_fixes.Suspects], info: Info) -> Any:
        return related(root.example_id, "Image", info=info)


@strawberry.type
class ClockSuspectsQuery:
    """Queries for what needs repair."""

    @field(
        "What needs a clock repair, by dump, camera and reason: the 100 largest groups. The images themselves are found"
        f" with images(where: {{clockSuspect: true}}). {WITHHELD}",
        optional(listed(ClockSuspects)),
        takes=price(items=clock_fixes.MOST_LISTED),
    )
    @staticmethod
    async def clock_suspects() -> list[clock_fixes.Suspects]:
        return await clock_fixes.suspects()
