"""Changes of places that people made: what is known of each, and what moving photos does."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.clock_effect import Effect
from thumper.domain.place_effect import ImageMoves, PlaceEffect, StayChange, StayKind
from thumper.domain.stay import Stay
from thumper.graphql.clocks.clock_fix import ClockEffect
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places.relocation_search import MOST_LISTED, RelocationSearch


@strawberry.type(
    description="One person's word on where photos are from: those of a dump or a deployment, single ones, or all of a"
    " location that was merged into another. It holds for these photos whatever is delivered later; of a dump, also for"
    " the ones still to come; of a camera or a deployment, for more of the camera's photos in the same dump."
)
class Relocation(Node):
    """Backed by `models.Relocation`."""

    row: ClassVar[type[Any]] = models.Relocation

    created_at: dt.datetime = strawberry.field(description="When it was made.")
    undone_at: dt.datetime | None = strawberry.field(
        description="When it was taken back; null while it stands."
    )

    @field("The dump that it was said of; null when it was said of something else.", optional(lazy("Dump")))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[models.Relocation], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)

    @field(
        "The camera whose images of the dump were meant; null for all of them, or what is no dump.",
        optional(lazy("Camera")),
    )
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[models.Relocation], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field(
        "The deployment that it was said of; null when it was said of something else, or the deployment is part of"
        " another now.",
        optional(lazy("Deployment")),
    )
    @staticmethod
    @loaded
    def deployment(root: strawberry.Parent[models.Relocation], info: Info) -> Any:
        return related(root.deployment_id, "Deployment", info=info)

    @field(
        "The location that was merged into the other; null when it was said of something else.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def merged_location(root: strawberry.Parent[models.Relocation], info: Info) -> Any:
        return related(root.merged_id, "Location", info=info)

    @field(
        "Where everything went; null for no place, or a location that was deleted since.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[models.Relocation], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)

    @field("How many images it moved.")
    @staticmethod
    @loaded
    async def image_count(root: strawberry.Parent[models.Relocation], info: Info) -> int:
        return await info.context.loaders.relocation_images.load(root.id)


@strawberry.type(description="Images that go from one place to another.")
class ImagesMoved:
    """Backed by `place_effect.ImageMoves`."""

    images: int = strawberry.field(name="imageCount", description="How many.")
    destination_name: str | None = strawberry.field(
        description="Name of the place where they go, also of one that is still to be made; null for no place."
    )

    @field("Where they were; null for no place.", optional(lazy("Location")))
    @staticmethod
    @loaded
    def origin(root: strawberry.Parent[ImageMoves], info: Info) -> Any:
        return related(root.origin_id, "Location", info=info)

    @field(
        "Where they go; null for no place, and in a preview for a location that is still to be made.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def destination(root: strawberry.Parent[ImageMoves], info: Info) -> Any:
        return related(root.destination_id, "Location", info=info)

    @field("IANA time zone in which their clocks are read before.")
    @staticmethod
    def time_zone_before(root: strawberry.Parent[ImageMoves]) -> str:
        return root.zone_before

    @field("IANA time zone in which their clocks are read afterwards.")
    @staticmethod
    def time_zone_after(root: strawberry.Parent[ImageMoves]) -> str:
        return root.zone_after


def _place(stay: Stay | None) -> UUID | None:
    return None if stay is None else stay.location_id


@strawberry.type(description="What becomes of one deployment.")
class DeploymentChange:
    """Backed by `place_effect.StayChange`."""

    kind: StayKind = strawberry.field(description="What becomes of it.")

    @field("Its camera.", lazy("Camera"))
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[StayChange], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field("Where the camera hung before; null when the deployment begins.", optional(lazy("Location")))
    @staticmethod
    @loaded
    def location_before(root: strawberry.Parent[StayChange], info: Info) -> Any:
        return related(_place(root.before), "Location", info=info)

    @field(
        "Where the camera hangs afterwards; null when the deployment vanishes, and in a preview for a location that is"
        " still to be made.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def location_after(root: strawberry.Parent[StayChange], info: Info) -> Any:
        return related(_place(root.after), "Location", info=info)

    @field("When it begins afterwards, or began before it vanishes.")
    @staticmethod
    def opened_at(root: strawberry.Parent[StayChange]) -> dt.datetime:
        return root.either.opened_at

    @field("When it ends afterwards, or ended before it vanishes; null while it lasts.")
    @staticmethod
    def closed_at(root: strawberry.Parent[StayChange]) -> dt.datetime | None:
        return root.either.ended_at


@strawberry.type(description="What moving photos to another place does.")
class RelocationEffect:
    """Backed by `place_effect.PlaceEffect`."""

    images: int = strawberry.field(name="imageCount", description="How many images move.")
    already: int = strawberry.field(
        name="alreadyThereCount", description="Images that were meant and are there already."
    )
    dumps: int = strawberry.field(
        name="dumpCount",
        description="Dumps whose place changes: what is still to come of them is from there too.",
    )

    @field("From where to where, most images first.", listed(ImagesMoved), takes=price(items=FEW))
    @staticmethod
    def moves(root: strawberry.Parent[PlaceEffect]) -> tuple[ImageMoves, ...]:
        return root.moves

    @field("What becomes of the capture times of the images that move.", ClockEffect)
    @staticmethod
    def clock(root: strawberry.Parent[PlaceEffect]) -> Effect:
        return root.clock

    @field("How many deployments change.")
    @staticmethod
    def deployment_count(root: strawberry.Parent[PlaceEffect]) -> int:
        return len(root.stays)

    @field(
        "The deployments that change, the first 100 by when they begin.",
        listed(DeploymentChange),
        takes=price(items=MOST_LISTED),
    )
    @staticmethod
    def deployments(root: strawberry.Parent[PlaceEffect]) -> tuple[StayChange, ...]:
        return root.stays[:MOST_LISTED]


@strawberry.type
class RelocationQuery:
    """Queries for changes of places."""

    @field("The change of places with this id; null when there is none.", optional(Relocation))
    @staticmethod
    async def relocation(info: Info, id: RecordId) -> Any:
        return await find(id, "Relocation", info=info)

    relocations = SearchList(RelocationSearch, "changes of places", usual="newest first").field(
        "Changes of places, a page at a time."
    )
