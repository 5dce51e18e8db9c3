"""Known individuals: what is derived of each from its sightings, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.graphql.context import Info
from thumper.graphql.deer.identity_decision import DECISION_LIST
from thumper.graphql.deer.sighting import SIGHTING_LIST
from thumper.graphql.image_list import images_of
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.connection import Connection
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, find
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.deer import known_deer
from thumper.store.deer.identity_search import IdentityDecisionSearch
from thumper.store.deer.known_deer import DeerSearch
from thumper.store.deer.sighting_search import SightingSearch
from thumper.store.postgres.page import Cut, Order


def _sightings(
    root: Any, info: Info, search: SightingSearch, order: Order, cut: Cut
) -> Connection[models.Sighting]:
    loaders, deer_id = info.context.loaders, root.id

    async def count() -> int:
        if search == SightingSearch():
            return (await loaders.deer_figures.load(deer_id)).sightings
        return await loaders.sighting_totals.load((deer_id, search))

    return Connection(
        order=order,
        cut=cut,
        read=lambda: loaders.sighting_pages.load((deer_id, (search, order, cut))),
        count=count,
    )


def _decisions(
    root: Any, info: Info, search: IdentityDecisionSearch, order: Order, cut: Cut
) -> Connection[models.IdentityDecision]:
    loaders, deer_id = info.context.loaders, root.id
    return Connection(
        order=order,
        cut=cut,
        read=lambda: loaders.decision_pages.load((deer_id, (search, order, cut))),
        count=lambda: loaders.decision_totals.load((deer_id, search)),
    )


@strawberry.type(description="A known individual. Everything seen of it is derived from its sightings.")
class Deer(Node):
    """Backed by `models.Deer`."""

    row: ClassVar[type[Any]] = models.Deer

    name: str = strawberry.field(description="Its name, unique whatever the case.")
    sex: Sex = strawberry.field(description="Its sex.")
    status: DeerStatus = strawberry.field(description="What became of it.")
    notes: str | None = strawberry.field(description=f"Free text; empty when there is none. {WITHHELD}")
    created_at: dt.datetime = strawberry.field(description="When it was made known to Thumper.")

    @field("Capture time of its first sighting; null without a timed sighting.")
    @staticmethod
    @loaded
    async def first_seen(root: strawberry.Parent[models.Deer], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deer_figures.load(root.id)).first_seen

    @field("Capture time of its latest sighting; null without a timed sighting.")
    @staticmethod
    @loaded
    async def last_seen(root: strawberry.Parent[models.Deer], info: Info) -> dt.datetime | None:
        return (await info.context.loaders.deer_figures.load(root.id)).last_seen

    @field(
        "The places where it was seen, most sightings first.",
        listed(lazy("Location")),
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    async def locations(root: strawberry.Parent[models.Deer], info: Info) -> list[models.Location]:
        return await info.context.loaders.deer_locations.load(root.id)

    @field("The most confident detection of it; null without a sighting.", optional(lazy("Detection")))
    @staticmethod
    @loaded
    async def best_photo(root: strawberry.Parent[models.Deer], info: Info) -> models.Detection | None:
        return next(iter(await info.context.loaders.best_photos.load(root.id)), None)

    images = images_of("Deer", "The images with a sighting of it, a page at a time, each once.")

    sightings = SIGHTING_LIST.field_below(
        "Its sightings, a page at a time; totalCount is how often it was seen.", _sightings
    )

    identity_decisions = DECISION_LIST.field_below(
        "Everything that people decided about it, a page at a time: also of which boxes they said that it is not this"
        " deer, or that it cannot be told.",
        _decisions,
    )


ById: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Global id of the deer.")]
ByName: TypeAlias = Annotated[str | None, strawberry.argument(description="Its name, whatever the case.")]


@strawberry.type
class DeerQuery:
    """Queries for deer."""

    @field("The deer with this id, or of this name; null when there is none.", optional(Deer))
    @staticmethod
    async def deer(info: Info, id: ById = None, name: ByName = None) -> Any:
        if (id is None) == (name is None):
            raise bad_request("BAD_ARGUMENTS", "Give the id or the name of the deer, one of the two.")
        return await known_deer.named(name) if name is not None else await find(str(id), "Deer", info=info)

    all_deer = SearchList(DeerSearch, "deer", usual="latest seen first").field(
        "Known deer, a page at a time."
    )
