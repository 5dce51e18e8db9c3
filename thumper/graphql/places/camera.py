"""Devices that take photos, by what they write of themselves."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.places.deployment import stays
from thumper.graphql.relay.connection import After, Before, Connection, First, Last, asked, connect, pages_of
from thumper.graphql.relay.enumeration import Direction
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.store import models
from thumper.store.places import cameras
from thumper.store.places.cameras import CAMERAS
from thumper.store.places.deployments import OPENED_NEWEST
from thumper.store.postgres.page import Conditions, Order


@strawberry.type(description="A device by what it writes into its photos.")
class Camera(Node):
    """Stands over `models.Camera`."""

    row: ClassVar[type[Any]] = models.Camera

    make: str = strawberry.field(
        description="Maker, such as BROWNING, out of EXIF or by the camera profile; empty when neither says."
    )
    model: str = strawberry.field(description="Model, such as BTC-8E; empty when photos do not say.")
    serial: str = strawberry.field(
        description="Serial number out of EXIF or the maker's note; empty when photos do not say."
    )
    name: str = strawberry.field(
        description="The name that its user gave it in its own menu; empty when photos do not say."
    )
    created_at: dt.datetime = strawberry.field(description="When Thumper first saw a photo of it.")

    @field("How many images it took.")
    @staticmethod
    async def image_count(root: strawberry.Parent[models.Camera], info: Info) -> int:
        return await info.context.loaders.camera_images.load(root.id)

    @field("Its stays at locations, a page at a time, the latest first.", pages_of("Deployment"))
    @staticmethod
    async def deployments(
        root: strawberry.Parent[models.Camera],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Deployment]:
        loaders = info.context.loaders
        cut = asked(OPENED_NEWEST, first=first, after=after, last=last, before=before)
        return stays(root.id, pages=loaders.camera_stay_pages, counts=loaders.camera_stays, cut=cut)


@strawberry.enum(description="What cameras can be ordered by.")
class CameraOrderField(Enum):
    """Model or age."""

    MODEL = strawberry.enum_value("MODEL", description="Maker, model, serial number and name, in this order.")
    CREATED = strawberry.enum_value("CREATED", description="When Thumper first saw a photo of it.")


@strawberry.input(description="Order of cameras.")
class CameraOrder:
    """`orderBy` of cameras."""

    field: CameraOrderField = strawberry.field(
        default=CameraOrderField.MODEL, description="What to order by."
    )
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


_ORDERS: Final[dict[tuple[CameraOrderField, Direction], Order]] = {
    (CameraOrderField.MODEL, Direction.ASC): cameras.MODEL_A_TO_Z,
    (CameraOrderField.MODEL, Direction.DESC): cameras.MODEL_Z_TO_A,
    (CameraOrderField.CREATED, Direction.ASC): cameras.CREATED_OLDEST,
    (CameraOrderField.CREATED, Direction.DESC): cameras.CREATED_NEWEST,
}

OrderBy: TypeAlias = Annotated[
    CameraOrder | None, strawberry.argument(description="Their order; by model when left out.")
]


@strawberry.type
class CameraQuery:
    """Looking cameras up."""

    @field("The camera with this id; null when there is none.", optional(Camera))
    @staticmethod
    async def camera(info: Info, id: RecordId) -> Any:
        return await find(id, "Camera", info=info)

    @field("Cameras, a page at a time.", pages_of("Camera"))
    @staticmethod
    async def cameras(
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Camera]:
        order = cameras.MODEL_A_TO_Z if order_by is None else _ORDERS[order_by.field, order_by.direction]
        cut = asked(order, first=first, after=after, last=last, before=before)
        return connect(CAMERAS, Conditions(), order=order, cut=cut)
