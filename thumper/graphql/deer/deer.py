"""Known individuals: what is derived of each from its sightings, and looking them up."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import strawberry

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.graphql.context import Info
from thumper.graphql.relay.connection import After, Before, Connection, First, Last, asked, connect, pages_of
from thumper.graphql.relay.enumeration import Direction
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import decode_given
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.store import models
from thumper.store.deer import known_deer
from thumper.store.deer.known_deer import DEER, DeerSearch
from thumper.store.postgres.page import Order, Page


@strawberry.type(description="A known individual. Everything seen of it is derived from its sightings.")
class Deer(Node):
    """Stands over `models.Deer`."""

    row: ClassVar[type[Any]] = models.Deer

    name: str = strawberry.field(description="Its name, unique whatever the case.")
    sex: Sex = strawberry.field(description="Its sex.")
    status: DeerStatus = strawberry.field(description="What became of it.")
    notes: str = strawberry.field(description="Free text; empty when there is none.")
    created_at: dt.datetime = strawberry.field(description="When it was made known to Thumper.")

    @field("Capture time of its first sighting; null without a timed sighting.")
    @staticmethod
    async def first_seen(root: strawberry.Parent[models.Deer], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deer_figures.load(root.id)).first_seen

    @field("Capture time of its latest sighting; null without a timed sighting.")
    @staticmethod
    async def last_seen(root: strawberry.Parent[models.Deer], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deer_figures.load(root.id)).last_seen

    @field("The places where it was seen, most sightings first.", listed(lazy("Location")))
    @staticmethod
    async def locations(root: strawberry.Parent[models.Deer], info: Info) -> list[models.Location]:
        return await info.context.loaders.deer_locations.load(root.id)

    @field("The most confident detection of it; null without a sighting.", optional(lazy("Detection")))
    @staticmethod
    async def best_photo(root: strawberry.Parent[models.Deer], info: Info) -> models.Detection | None:
        return next(iter(await info.context.loaders.best_photos.load(root.id)), None)

    @field("Its sightings, latest capture first; totalCount is how often it was seen.", pages_of("Sighting"))
    @staticmethod
    async def sightings(
        root: strawberry.Parent[models.Deer],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Sighting]:
        loaders, deer_id = info.context.loaders, root.id
        cut = asked(known_deer.SIGHTED_NEWEST, first=first, after=after, last=last, before=before)

        async def read() -> Page[models.Sighting]:
            return await loaders.sighting_pages.load((deer_id, cut))

        async def count() -> int:
            return (await loaders.deer_figures.load(deer_id)).sightings

        return Connection(order=known_deer.SIGHTED_NEWEST, cut=cut, read=read, count=count)


@strawberry.input(description="Which deer; every field that is given must hold, an empty filter means all.")
class DeerFilter:
    """`where` of deer."""

    name: str | None = strawberry.field(
        default=None, description="Whose name contains this, whatever the case."
    )
    sex: Sex | None = strawberry.field(default=None, description="Of this sex.")
    status: DeerStatus | None = strawberry.field(default=None, description="Of this status.")
    seen_after: dt.datetime | None = strawberry.field(
        default=None, description="With a sighting at this instant or later."
    )
    seen_before: dt.datetime | None = strawberry.field(
        default=None, description="With a sighting before this instant."
    )
    location: strawberry.ID | None = strawberry.field(
        default=None,
        description="With a sighting at this location. Times and location must hold for one and the same sighting.",
    )
    min_sightings: int | None = strawberry.field(
        default=None, description="With at least this many sightings in all."
    )


def search(where: DeerFilter | None) -> DeerSearch:
    """Return what a filter means to the store. Raises BAD_ID."""
    if where is None:
        return DeerSearch()
    return DeerSearch(
        name=where.name,
        sex=where.sex,
        status=where.status,
        seen_after=where.seen_after,
        seen_before=where.seen_before,
        location_id=decode_given(where.location, "Location"),
        min_sightings=where.min_sightings,
    )


@strawberry.enum(description="What deer can be ordered by.")
class DeerOrderField(Enum):
    """Last seen, name or sightings."""

    LAST_SEEN = strawberry.enum_value(
        "LAST_SEEN",
        description="Capture time of the latest sighting; deer never seen come last in either direction.",
    )
    NAME = strawberry.enum_value("NAME", description="Name, whatever its case.")
    SIGHTINGS = strawberry.enum_value("SIGHTINGS", description="Number of sightings.")


@strawberry.input(description="Order of deer.")
class DeerOrder:
    """`orderBy` of deer."""

    field: DeerOrderField = strawberry.field(
        default=DeerOrderField.LAST_SEEN, description="What to order by."
    )
    direction: Direction = strawberry.field(default=Direction.DESC, description="Which way.")


_ORDERS: Final[dict[tuple[DeerOrderField, Direction], Order]] = {
    (DeerOrderField.LAST_SEEN, Direction.DESC): known_deer.LAST_SEEN_NEWEST,
    (DeerOrderField.LAST_SEEN, Direction.ASC): known_deer.LAST_SEEN_OLDEST,
    (DeerOrderField.NAME, Direction.DESC): known_deer.NAME_Z_TO_A,
    (DeerOrderField.NAME, Direction.ASC): known_deer.NAME_A_TO_Z,
    (DeerOrderField.SIGHTINGS, Direction.DESC): known_deer.MOST_SIGHTINGS,
    (DeerOrderField.SIGHTINGS, Direction.ASC): known_deer.FEWEST_SIGHTINGS,
}

Where: TypeAlias = Annotated[
    DeerFilter | None, strawberry.argument(description="Which deer; all when left out.")
]
OrderBy: TypeAlias = Annotated[
    DeerOrder | None, strawberry.argument(description="Their order; latest seen first when left out.")
]


@strawberry.type
class DeerQuery:
    """Looking deer up."""

    @field("The deer with this id; null when there is none.", optional(Deer))
    @staticmethod
    async def deer(info: Info, id: RecordId) -> Any:
        return await find(id, "Deer", info=info)

    @field("Known deer, a page at a time.", pages_of("Deer"))
    @staticmethod
    async def all_deer(
        where: Where = None,
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Deer]:
        order = (
            known_deer.LAST_SEEN_NEWEST if order_by is None else _ORDERS[order_by.field, order_by.direction]
        )
        cut = asked(order, first=first, after=after, last=last, before=before)
        return connect(DEER, search(where).conditions(), order=order, cut=cut)
