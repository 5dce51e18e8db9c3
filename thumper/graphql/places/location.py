"""Places where cameras hang: what is known of each, and looking them up."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import strawberry

from thumper.domain.time_zone import ZoneSource
from thumper.graphql.context import Info
from thumper.graphql.places.deployment import stays
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.connection import After, Before, Connection, First, Last, asked, connect, pages_of
from thumper.graphql.relay.enumeration import Direction
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.node import Node, find
from thumper.store import models
from thumper.store.places import locations
from thumper.store.places.deployments import OPENED_NEWEST
from thumper.store.places.locations import LOCATIONS, LocationSearch
from thumper.store.postgres.page import Order


@strawberry.type(description="A place where cameras hang. Without coordinates it is still to be placed.")
class Location(Node):
    """Stands over `models.Location`."""

    row: ClassVar[type[Any]] = models.Location

    name: str = strawberry.field(
        description="Its name, unique whatever the case; folders of this name belong to it."
    )
    description: str = strawberry.field(description="Free text; empty when there is none.")
    latitude: float | None = strawberry.field(description="Degrees north, -90 to 90; null while not placed.")
    longitude: float | None = strawberry.field(
        description="Degrees east, -180 to 180; null while not placed."
    )
    time_zone: str | None = strawberry.field(
        description="IANA time zone of its cameras' clocks as it was set, such as America/Chicago; null when nobody set"
        " one."
    )
    active: bool = strawberry.field(description="Whether cameras hang there now.")
    created_at: dt.datetime = strawberry.field(description="When it was made known to Thumper.")

    @field("How many images were taken there.")
    @staticmethod
    async def image_count(root: strawberry.Parent[models.Location], info: Info) -> int:
        return await info.context.loaders.location_images.load(root.id)

    @field(
        "IANA time zone in which its cameras' clocks are read: the one that was set, else that of its coordinates, else"
        " the server's setting."
    )
    @staticmethod
    def effective_time_zone(root: strawberry.Parent[models.Location], info: Info) -> str:
        return locations.zone_of(root)[0] or info.context.settings.time_zone

    @field("Where the effective time zone is from.")
    @staticmethod
    def time_zone_source(root: strawberry.Parent[models.Location]) -> ZoneSource:
        return locations.zone_of(root)[1]

    @field("The stays of cameras there, a page at a time, the latest first.", pages_of("Deployment"))
    @staticmethod
    async def deployments(
        root: strawberry.Parent[models.Location],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Deployment]:
        loaders = info.context.loaders
        cut = asked(OPENED_NEWEST, first=first, after=after, last=last, before=before)
        return stays(root.id, pages=loaders.location_stay_pages, counts=loaders.location_stays, cut=cut)


@strawberry.input(
    description="Which locations; every field that is given must hold, an empty filter means all."
)
class LocationFilter:
    """`where` of locations."""

    name: str | None = strawberry.field(
        default=None, description="Whose name contains this, whatever the case."
    )
    active: bool | None = strawberry.field(default=None, description="Whether cameras hang there now.")
    placed: bool | None = strawberry.field(default=None, description="Whether it has coordinates.")


@strawberry.enum(description="What locations can be ordered by.")
class LocationOrderField(Enum):
    """Name or age."""

    NAME = strawberry.enum_value("NAME", description="Name, whatever its case.")
    CREATED = strawberry.enum_value("CREATED", description="When it was made known to Thumper.")


@strawberry.input(description="Order of locations.")
class LocationOrder:
    """`orderBy` of locations."""

    field: LocationOrderField = strawberry.field(
        default=LocationOrderField.NAME, description="What to order by."
    )
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


_ORDERS: Final[dict[tuple[LocationOrderField, Direction], Order]] = {
    (LocationOrderField.NAME, Direction.ASC): locations.NAME_A_TO_Z,
    (LocationOrderField.NAME, Direction.DESC): locations.NAME_Z_TO_A,
    (LocationOrderField.CREATED, Direction.ASC): locations.CREATED_OLDEST,
    (LocationOrderField.CREATED, Direction.DESC): locations.CREATED_NEWEST,
}

Where: TypeAlias = Annotated[
    LocationFilter | None, strawberry.argument(description="Which locations; all when left out.")
]
OrderBy: TypeAlias = Annotated[
    LocationOrder | None, strawberry.argument(description="Their order; by name when left out.")
]
ById: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Global id of the location.")
]
ByName: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Name of the location, whatever its case; instead of the id.")
]


@strawberry.type
class LocationQuery:
    """Looking locations up."""

    @field("The location with this id, or of this name; null when there is none.", optional(Location))
    @staticmethod
    async def location(info: Info, id: ById = None, name: ByName = None) -> Any:
        if (id is None) == (name is None):
            raise bad_request("BAD_ARGUMENTS", "Give the id or the name of the location, one of the two.")
        return await locations.named(name) if name is not None else await find(str(id), "Location", info=info)

    @field("Locations, a page at a time.", pages_of("Location"))
    @staticmethod
    async def locations(
        where: Where = None,
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Location]:
        order = locations.NAME_A_TO_Z if order_by is None else _ORDERS[order_by.field, order_by.direction]
        cut = asked(order, first=first, after=after, last=last, before=before)
        search = LocationSearch() if where is None else LocationSearch(**vars(where))
        return connect(LOCATIONS, search.conditions(), order=order, cut=cut)
