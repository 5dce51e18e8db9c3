"""Devices that take photos, by what they write of themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.image_list import images_of
from thumper.graphql.places.deployment import DEPLOYMENT_LIST
from thumper.graphql.relay.connection import Connection
from thumper.graphql.relay.field import WITHHELD, field, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places.cameras import CameraSearch
from thumper.store.places.deployments import DeploymentSearch
from thumper.store.postgres.page import Cut, Order


def _deployments(
    root: Any, info: Info, search: DeploymentSearch, order: Order, cut: Cut
) -> Connection[models.Deployment]:
    loaders = info.context.loaders
    return Connection(
        order=order,
        cut=cut,
        read=lambda: loaders.camera_stay_pages.load((root.id, (search, order, cut))),
        count=lambda: loaders.camera_stays.load((root.id, search)),
    )


@strawberry.type(description="A device by what it writes into its photos.")
class Camera(Node):
    """Backed by `models.Camera`."""

    row: ClassVar[type[Any]] = models.Camera

    make: str = strawberry.field(
        description="Maker, such as BROWNING, out of EXIF or by the camera profile; empty when neither says."
    )
    model: str = strawberry.field(description="Model, such as BTC-8E; empty when photos do not say.")
    serial: str | None = strawberry.field(
        description=f"Serial number out of EXIF or the maker's note; empty when photos do not say. {WITHHELD}"
    )
    name: str | None = strawberry.field(
        description=f"The name that its user gave it in its own menu; empty when photos do not say. {WITHHELD}"
    )
    created_at: dt.datetime = strawberry.field(description="When Thumper first saw a photo of it.")

    images = images_of("Camera", "The images that it took, a page at a time.")

    @field("How many images it took.")
    @staticmethod
    @loaded
    async def image_count(root: strawberry.Parent[models.Camera], info: Info) -> int:
        return await info.context.loaders.camera_images.load(root.id)

    deployments = DEPLOYMENT_LIST.field_below("Its stays at locations, a page at a time.", _deployments)


@strawberry.type
class CameraQuery:
    """Queries for cameras."""

    @field("The camera with this id; null when there is none.", optional(Camera))
    @staticmethod
    async def camera(info: Info, id: RecordId) -> Any:
        return await find(id, "Camera", info=info)

    cameras = SearchList(CameraSearch, "cameras", usual="by model").field("Cameras, a page at a time.")
