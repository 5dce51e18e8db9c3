"""Known individuals: what is derived of each from its sightings, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.graphql.context import Info
from thumper.graphql.image_list import images_of
from thumper.graphql.relay.connection import Connection, Paging, paged
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.graphql.relay.search_list import SearchList
from thumper.store import models
from thumper.store.deer.known_deer import SIGHTED_NEWEST, DeerSearch


@strawberry.type(description="A known individual. Everything seen of it is derived from its sightings.")
class Deer(Node):
    """Backed by `models.Deer`."""

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

    images = images_of("Deer", "The images with a sighting of it, a page at a time, each once.")

    @paged("Its sightings, latest capture first; totalCount is how often it was seen.", "Sighting")
    @staticmethod
    def sightings(
        root: strawberry.Parent[models.Deer], info: Info, paging: Paging
    ) -> Connection[models.Sighting]:
        loaders, deer_id = info.context.loaders, root.id
        cut = paging.cut(SIGHTED_NEWEST)

        async def count() -> int:
            return (await loaders.deer_figures.load(deer_id)).sightings

        return Connection(
            order=SIGHTED_NEWEST,
            cut=cut,
            read=lambda: loaders.sighting_pages.load((deer_id, cut)),
            count=count,
        )


@strawberry.type
class DeerQuery:
    """Queries for deer."""

    @field("The deer with this id; null when there is none.", optional(Deer))
    @staticmethod
    async def deer(info: Info, id: RecordId) -> Any:
        return await find(id, "Deer", info=info)

    all_deer = SearchList(DeerSearch, "deer", usual="latest seen first").field(
        "Known deer, a page at a time."
    )
