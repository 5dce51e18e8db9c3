"""Repairs of camera clocks: what is known of each, and what moving a clock does."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.clock_doubt import DstEdge
from thumper.domain.clock_effect import Effect, Move
from thumper.domain.clock_fix import Bounds
from thumper.graphql.context import Info
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import LocalDateTime, wall_clock
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.times.clock_fix_search import ClockFixSearch


@strawberry.type(
    description="One person's word on how wrong a clock was. It covers the images that a dump was the first to deliver,"
    " or those of a deployment, also the ones still to come. Of the repairs that cover an image, the latest that stands"
    " counts."
)
class ClockFix(Node):
    """Backed by `models.ClockFix`."""

    row: ClassVar[type[Any]] = models.ClockFix

    offset_seconds: int = strawberry.field(
        description="Seconds to add to what the camera's clock showed, whatever other repairs say.",
        resolver=lambda root: root.offset_s,
    )
    note: str | None = strawberry.field(
        description=f"What the person wrote about it; empty when nothing. {WITHHELD}"
    )
    created_at: dt.datetime = strawberry.field(description="When it was made.")
    undone_at: dt.datetime | None = strawberry.field(
        description="When it was taken back; null while it stands."
    )

    @field("Only images whose clock showed this or later are covered; null for no bound.")
    @staticmethod
    def shown_after(root: strawberry.Parent[models.ClockFix]) -> LocalDateTime | None:
        return None if root.shown_from is None else wall_clock(root.shown_from)

    @field("Only images whose clock showed a time before this are covered; null for no bound.")
    @staticmethod
    def shown_before(root: strawberry.Parent[models.ClockFix]) -> LocalDateTime | None:
        before = Bounds(last=root.shown_until).before
        return None if before is None else wall_clock(before)

    @field("The dump that it covers; null when it covers a deployment.", optional(lazy("Dump")))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[models.ClockFix], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)

    @field("The deployment that it covers; null when it covers a dump.", optional(lazy("Deployment")))
    @staticmethod
    @loaded
    def deployment(root: strawberry.Parent[models.ClockFix], info: Info) -> Any:
        return related(root.deployment_id, "Deployment", info=info)

    @field("How many images it decides now: 0 when it was taken back, or a later one covers them all.")
    @staticmethod
    @loaded
    async def image_count(root: strawberry.Parent[models.ClockFix], info: Info) -> int:
        return await info.context.loaders.clock_fix_images.load(root.id)


@strawberry.type(description="What moving a clock does to one image.")
class ClockExample:
    """Backed by `clock_effect.Move`."""

    dst_edge: DstEdge | None = strawberry.field(
        description="What the change to or from daylight-saving time does to the time afterwards."
    )

    @field("The image.", lazy("Image"))
    @staticmethod
    @loaded
    def image(root: strawberry.Parent[Move], info: Info) -> Any:
        return related(root.image_id, "Image", info=info)

    @field("What its clock showed, such as 2010-01-01T03:20:49.")
    @staticmethod
    def camera_clock(root: strawberry.Parent[Move]) -> LocalDateTime:
        return wall_clock(root.local)

    @field("Its capture time before; null when it had none.")
    @staticmethod
    def taken_at_before(root: strawberry.Parent[Move]) -> dt.datetime | None:
        return root.before

    @field("Its capture time afterwards; null when it has none.")
    @staticmethod
    def taken_at_after(root: strawberry.Parent[Move]) -> dt.datetime | None:
        return root.after


@strawberry.type(description="What moving clocks does to the images that are covered.")
class ClockEffect:
    """Backed by `clock_effect.Effect`."""

    images: int = strawberry.field(name="imageCount", description="How many images are covered.")
    without_reading: int = strawberry.field(
        description="Images of which no clock of the camera was read: they stay without a capture time, or keep that of"
        " the satellites."
    )
    changed: int = strawberry.field(description="Images whose capture time changes.")
    gained: int = strawberry.field(description="Images without a capture time that get one.")
    lost: int = strawberry.field(
        description="Images that lose theirs, because the clock then shows an impossible year."
    )
    impossible: int = strawberry.field(
        description="Images whose clock was read and shows an impossible year afterwards, so that they have no capture"
        " time; those that lose theirs among them."
    )
    ahead: int = strawberry.field(
        description="Images that were then taken more than a day after they arrived, so that their clock is still"
        " doubted."
    )
    ambiguous: int = strawberry.field(
        description="Images that then lie in the hour that comes twice when daylight-saving time ends."
    )
    missing: int = strawberry.field(
        description="Images that then lie in the hour that daylight-saving time leaves out."
    )

    @field("First capture time before; null when there was none.")
    @staticmethod
    def first_before(root: strawberry.Parent[Effect]) -> dt.datetime | None:
        return root.before.first

    @field("Last capture time before; null when there was none.")
    @staticmethod
    def last_before(root: strawberry.Parent[Effect]) -> dt.datetime | None:
        return root.before.last

    @field("First capture time afterwards; null when there is none.")
    @staticmethod
    def first_after(root: strawberry.Parent[Effect]) -> dt.datetime | None:
        return root.after.first

    @field("Last capture time afterwards; null when there is none.")
    @staticmethod
    def last_after(root: strawberry.Parent[Effect]) -> dt.datetime | None:
        return root.after.last

    @field(
        "The photo that told the offset, if any, and those whose clocks showed the earliest and the latest time;"
        " without what was deleted since.",
        listed(ClockExample),
        takes=price(items=3),
    )
    @staticmethod
    async def examples(root: strawberry.Parent[Effect], info: Info) -> list[Move]:
        images = await info.context.loaders.rows["Image"].load_many([own.image_id for own in root.examples])
        return [own for own, image in zip(root.examples, images, strict=True) if image is not None]


@strawberry.type
class ClockFixQuery:
    """Queries for repairs."""

    @field("The repair of a clock with this id; null when there is none.", optional(ClockFix))
    @staticmethod
    async def clock_fix(info: Info, id: RecordId) -> Any:
        return await find(id, "ClockFix", info=info)

    clock_fixes = SearchList(ClockFixSearch, "repairs of clocks", usual="latest first").field(
        "Repairs of clocks, those that were taken back among them, a page at a time."
    )
