"""Naming and deleting pictures of the property, and placing locations on them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.places.location import Location
from thumper.graphql.places.property_map import PropertyMap
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.store import models
from thumper.store.places import property_maps


@strawberry.input(description="Another name of a map.")
class UpdatePropertyMapInput:
    """Input of `updatePropertyMap`."""

    property_map_id: strawberry.ID = strawberry.field(description="The map.")
    name: str = strawberry.field(description="Its new name, 1 to 200 characters, unique whatever the case.")


@strawberry.input(description="Which map to delete.")
class DeletePropertyMapInput:
    """Input of `deletePropertyMap`."""

    property_map_id: strawberry.ID = strawberry.field(description="The map.")


@strawberry.input(description="Where a location is on a map.")
class PlaceLocationInput:
    """Input of `placeLocation`."""

    property_map_id: strawberry.ID = strawberry.field(description="The map.")
    location_id: strawberry.ID = strawberry.field(description="The location.")
    x: float = strawberry.field(
        description="Its distance from the left edge, as a fraction of the picture's width, 0 to 1."
    )
    y: float = strawberry.field(
        description="Its distance from the top edge, as a fraction of the picture's height, 0 to 1."
    )


@strawberry.input(description="Which location to take off which map.")
class UnplaceLocationInput:
    """Input of `unplaceLocation`."""

    property_map_id: strawberry.ID = strawberry.field(description="The map.")
    location_id: strawberry.ID = strawberry.field(description="The location.")


@strawberry.type(description="Answer of updatePropertyMap.")
class UpdatePropertyMapPayload(Payload):
    """The map or the errors."""

    property_map: models.PropertyMap | None = strawberry.field(
        default=None,
        description="The map as it is now; null when refused.",
        graphql_type=optional(PropertyMap),
    )


@strawberry.type(description="Answer of deletePropertyMap.")
class DeletePropertyMapPayload(Payload):
    """The id or the errors."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the map that is gone; null when refused."
    )


@strawberry.type
class _Placed(Payload):
    """A map and a location, or the errors."""

    property_map: models.PropertyMap | None = strawberry.field(
        default=None,
        description="The map with its spots as they are now; null when refused.",
        graphql_type=optional(PropertyMap),
    )
    location: models.Location | None = strawberry.field(
        default=None,
        description="The location, of one that was merged into another the other; null when refused.",
        graphql_type=optional(Location),
    )


@strawberry.type(description="Answer of placeLocation.")
class PlaceLocationPayload(_Placed):
    """The map and the location, or the errors."""


@strawberry.type(description="Answer of unplaceLocation.")
class UnplaceLocationPayload(_Placed):
    """The map and the location, or the errors."""


UpdateInput: TypeAlias = Annotated[
    UpdatePropertyMapInput, strawberry.argument(description="The map and its name.")
]
DeleteInput: TypeAlias = Annotated[
    DeletePropertyMapInput, strawberry.argument(description="The map to delete.")
]
PlaceInput: TypeAlias = Annotated[
    PlaceLocationInput, strawberry.argument(description="The location and where it is.")
]
UnplaceInput: TypeAlias = Annotated[
    UnplaceLocationInput, strawberry.argument(description="The location and the map.")
]


@strawberry.type
class PropertyMapMutation:
    """Mutations of pictures of the property."""

    @change("Give a map another name. Refused with NOT_FOUND, NAME_TAKEN or INVALID.")
    @staticmethod
    async def update_property_map(input: UpdateInput) -> UpdatePropertyMapPayload:
        changed = await property_maps.rename(decode(input.property_map_id, "PropertyMap"), input.name)
        return UpdatePropertyMapPayload(property_map=changed)

    @change("Delete a map, with the places of locations on it; the locations stay. Refused with NOT_FOUND.")
    @staticmethod
    async def delete_property_map(input: DeleteInput) -> DeletePropertyMapPayload:
        await property_maps.delete(decode(input.property_map_id, "PropertyMap"))
        return DeletePropertyMapPayload(deleted_id=input.property_map_id)

    @change(
        "Place a location on a map by hand, also if it was elsewhere on it. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def place_location(input: PlaceInput) -> PlaceLocationPayload:
        map_id, location_id = (
            decode(input.property_map_id, "PropertyMap"),
            decode(input.location_id, "Location"),
        )
        found, location = await property_maps.place(map_id, location_id, x=input.x, y=input.y)
        return PlaceLocationPayload(property_map=found, location=location)

    @change("Take a location off a map; nothing happens when it is not on it. Refused with NOT_FOUND.")
    @staticmethod
    async def unplace_location(input: UnplaceInput) -> UnplaceLocationPayload:
        map_id, location_id = (
            decode(input.property_map_id, "PropertyMap"),
            decode(input.location_id, "Location"),
        )
        found, location = await property_maps.unplace(map_id, location_id)
        return UnplaceLocationPayload(property_map=found, location=location)
