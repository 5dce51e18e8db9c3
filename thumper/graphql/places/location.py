"""Places where cameras hang: their fields, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.time_zone import ZoneSource
from thumper.graphql.context import Info
from thumper.graphql.image_list import images_of
from thumper.graphql.places.deployment import DEPLOYMENT_LIST
from thumper.graphql.places.property_map import MapSpot
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.connection import Connection
from thumper.graphql.relay.coordinates import Coordinates, coordinates_of
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, find, related
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places import locations
from thumper.store.places.deployments import DeploymentSearch
from thumper.store.places.locations import LocationSearch
from thumper.store.places.relocation_search import MOST_LISTED
from thumper.store.postgres.guest_pool import is_guest
from thumper.store.postgres.page import Cut, Order


def _deployments(
    root: Any, info: Info, search: DeploymentSearch, order: Order, cut: Cut
) -> Connection[models.Deployment]:
    loaders = info.context.loaders
    return Connection(
        order=order,
        cut=cut,
        read=lambda: loaders.location_stay_pages.load((root.id, (search, order, cut))),
        count=lambda: loaders.location_stays.load((root.id, search)),
    )


@strawberry.type(description="Why the coordinates of a location may be wrong.")
class CoordinateDoubt:
    """As `domain.coordinate_doubt` has it."""

    sentence: str = strawberry.field(
        description="In which time zone they lie, and how far its clocks are off."
    )
    advice: str = strawberry.field(description="What to do, whether they are right or not.")
    likely_longitude: float | None = strawberry.field(
        description="The longitude that was probably meant, in degrees east; null when its other sign does not fit"
        " either."
    )


@strawberry.type(description="A place where cameras hang. Without coordinates it is still to be placed.")
class Location(Node):
    """Backed by `models.Location`."""

    row: ClassVar[type[Any]] = models.Location

    name: str = strawberry.field(
        description="Its name, unique whatever the case; folders of this name belong to it."
    )
    description: str | None = strawberry.field(description=f"Free text; empty when there is none. {WITHHELD}")
    shared: bool = strawberry.field(
        description="Whether guests may see it, with the photos that were taken there. They see it without exact"
        " coordinates, originals and file names."
    )
    time_zone: str | None = strawberry.field(
        description="IANA time zone of its cameras' clocks as it was set, such as America/Chicago; null when nobody set"
        " one."
    )
    active: bool = strawberry.field(description="Whether cameras hang there now.")
    created_at: dt.datetime = strawberry.field(description="When it was made known to Thumper.")

    @field(
        "Where it is; null while it is not placed. Where they are withheld, latitude and longitude are null.",
        optional(Coordinates),
    )
    @staticmethod
    def coordinates(root: strawberry.Parent[models.Location]) -> Coordinates | None:
        return coordinates_of(root.latitude, root.longitude)

    @field(
        "The location that it was merged into, so that it is only another name of that; null for a place of its own.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def merged_into(root: strawberry.Parent[models.Location], info: Info) -> Any:
        return related(root.merged_into_id, "Location", info=info)

    @field(
        f"Names of locations that were merged into it; folders of these names belong to it too. {WITHHELD}"
    )
    @staticmethod
    @loaded
    async def other_names(root: strawberry.Parent[models.Location], info: Info) -> list[str] | None:
        return await info.context.loaders.location_other_names.load(root.id)

    @field(
        "Changes that moved photos there or away, or merged it into another, those that were taken back among them: the"
        f" latest 100, newest first. {WITHHELD}",
        optional(listed(lazy("Relocation"))),
        takes=price(items=MOST_LISTED),
    )
    @staticmethod
    @loaded
    async def relocations(root: strawberry.Parent[models.Location], info: Info) -> list[models.Relocation]:
        return await info.context.loaders.location_relocations.load(root.id)

    @field(
        f"Where a person placed it on maps of the property, by name of the map. {WITHHELD}",
        optional(listed(MapSpot)),
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    async def map_spots(root: strawberry.Parent[models.Location], info: Info) -> list[models.MapSpot]:
        return await info.context.loaders.location_spots.load(root.id)

    images = images_of("Location", "The images that were taken there, a page at a time.")

    @field("How many images were taken there.")
    @staticmethod
    @loaded
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

    @field(
        "Why its coordinates may be wrong: the time zone in which they lie is 3 hours or"
        " more from the one that was set for it, else from the offsets that its cameras write, else from the server's."
        f" Null when they fit. {WITHHELD}",
        optional(CoordinateDoubt),
    )
    @staticmethod
    @loaded
    async def coordinate_doubt(root: strawberry.Parent[models.Location], info: Info) -> Any:
        if is_guest():
            return None
        offsets_s = await info.context.loaders.location_offsets.load(root.id) or ()
        return locations.doubt_of(root, offsets_s, server_zone=info.context.settings.time_zone)

    deployments = DEPLOYMENT_LIST.field_below("The stays of cameras there, a page at a time.", _deployments)


ById: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Global id of the location.")
]
ByName: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Name of the location, whatever its case; instead of the id.")
]


@strawberry.type
class LocationQuery:
    """Queries for locations."""

    @field("The location with this id, or of this name; null when there is none.", optional(Location))
    @staticmethod
    async def location(info: Info, id: ById = None, name: ByName = None) -> Any:
        if (id is None) == (name is None):
            raise bad_request("BAD_ARGUMENTS", "Give the id or the name of the location, one of the two.")
        return await locations.named(name) if name is not None else await find(str(id), "Location", info=info)

    locations = SearchList(LocationSearch, "locations", usual="by name").field("Locations, a page at a time.")
