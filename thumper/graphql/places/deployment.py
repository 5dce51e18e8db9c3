"""Cameras at locations: which camera hung where, and what it took there."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.image_list import images_of
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places.deployments import DeploymentSearch
from thumper.store.places.scenes import MOST_LISTED as MOST_CHANGES
from thumper.store.times.clock_fixes import MOST_LISTED


@strawberry.type(
    description="A stay of a camera at a location, opened by the first photo from there. A camera that says which one"
    " it is, by serial number or name, is at one place at a time; photos that name only make and model may be of"
    " several cameras, and have one stay for each location."
)
class Deployment(Node):
    """Backed by `models.Deployment`."""

    row: ClassVar[type[Any]] = models.Deployment

    closed_at: dt.datetime | None = strawberry.field(
        description="When a photo of the camera arrived from elsewhere; null while it is there.",
        resolver=lambda root: root.ended_at,
    )

    @field("When its first photo arrived.")
    @staticmethod
    def opened_at(root: strawberry.Parent[models.Deployment]) -> dt.datetime:
        return root.created_at

    @field("The camera.", lazy("Camera"))
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[models.Deployment], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field("Where it hung.", lazy("Location"))
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[models.Deployment], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)

    images = images_of("Deployment", "The images that the camera took there, a page at a time.")

    @field("How many images it took there.")
    @staticmethod
    @loaded
    async def image_count(root: strawberry.Parent[models.Deployment], info: Info) -> int:
        return (await info.context.loaders.deployment_figures.load(root.id)).images

    @field("Capture time of its first image; null when none has one.")
    @staticmethod
    @loaded
    async def first_taken_at(root: strawberry.Parent[models.Deployment], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deployment_figures.load(root.id)).first_taken_at

    @field("Capture time of its last image; null when none has one.")
    @staticmethod
    @loaded
    async def last_taken_at(root: strawberry.Parent[models.Deployment], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deployment_figures.load(root.id)).last_taken_at

    @field(
        "Repairs of its clock, those that were taken back among them: the latest 100, newest first."
        f" {WITHHELD}",
        optional(listed(lazy("ClockFix"))),
        takes=price(items=MOST_LISTED),
    )
    @staticmethod
    @loaded
    async def clock_fixes(root: strawberry.Parent[models.Deployment], info: Info) -> list[models.ClockFix]:
        return await info.context.loaders.deployment_clock_fixes.load(root.id)

    @field(
        f"When it began to show another scene: the latest {MOST_CHANGES}, newest first. {WITHHELD}",
        optional(listed(lazy("SceneChange"))),
        takes=price(items=MOST_CHANGES),
    )
    @staticmethod
    @loaded
    async def scene_changes(
        root: strawberry.Parent[models.Deployment], info: Info
    ) -> list[models.SceneChange]:
        return await info.context.loaders.deployment_scene_changes.load(root.id)


DEPLOYMENT_LIST: Final = SearchList(DeploymentSearch, "deployments", usual="latest opened first")


@strawberry.type
class DeploymentQuery:
    """Queries for deployments."""

    @field("The deployment with this id; null when there is none.", optional(Deployment))
    @staticmethod
    async def deployment(info: Info, id: RecordId) -> Any:
        return await find(id, "Deployment", info=info)

    deployments = DEPLOYMENT_LIST.field("Deployments, a page at a time.")
