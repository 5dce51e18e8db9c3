"""Pictures of the property with the locations on them: their fields, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final
from urllib.parse import quote

import strawberry

from thumper.domain.map_spot import MOST_MAPS
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import encode
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import Url
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places import property_maps

USUAL_SPOTS: Final = 20
"""Locations on a map, for its price: about as many as a ranch has."""


@strawberry.type(description="Where a location is on a map, as a person placed it.")
class MapSpot:
    """Backed by `models.MapSpot`."""

    x: float = strawberry.field(
        description="Its distance from the left edge, as a fraction of the picture's width."
    )
    y: float = strawberry.field(
        description="Its distance from the top edge, as a fraction of the picture's height."
    )

    @field("The map.", lazy("PropertyMap"))
    @staticmethod
    @loaded
    def property_map(root: strawberry.Parent[models.MapSpot], info: Info) -> Any:
        return related(root.map_id, "PropertyMap", info=info)

    @field("The location.", lazy("Location"))
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[models.MapSpot], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)


@strawberry.type(
    description="A picture of the property, such as an aerial photo, on which locations are placed."
)
class PropertyMap(Node):
    """Backed by `models.PropertyMap`."""

    row: ClassVar[type[Any]] = models.PropertyMap

    name: str = strawberry.field(description="Its name, unique whatever the case.")
    width_px: int = strawberry.field(description="Width of the picture in pixels.")
    height_px: int = strawberry.field(description="Height of the picture in pixels.")
    created_at: dt.datetime = strawberry.field(description="When it was sent.")

    @field("Address of the picture, a JPEG; it never changes what it shows.")
    @staticmethod
    def url(root: strawberry.Parent[models.PropertyMap], info: Info) -> Url:
        return Url(f"{info.context.base_url}/maps/{quote(encode('PropertyMap', root.id))}")

    @field(
        "Where locations are on it, by name of the location.", listed(MapSpot), takes=price(items=USUAL_SPOTS)
    )
    @staticmethod
    @loaded
    async def spots(root: strawberry.Parent[models.PropertyMap], info: Info) -> list[models.MapSpot]:
        return await info.context.loaders.map_spots.load(root.id)


@strawberry.type
class PropertyMapQuery:
    """Queries for pictures of the property."""

    @field("The map with this id; null when there is none.", optional(PropertyMap))
    @staticmethod
    async def property_map(info: Info, id: RecordId) -> Any:
        return await find(id, "PropertyMap", info=info)

    @field(
        f"The maps of the property, by name; there are {MOST_MAPS} at most. Another is sent with POST /maps.",
        optional(listed(PropertyMap)),
        takes=price(items=MOST_MAPS),
    )
    @staticmethod
    async def property_maps() -> list[models.PropertyMap]:
        return await property_maps.all_maps()
