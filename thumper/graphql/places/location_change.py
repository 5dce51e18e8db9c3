"""Creating, changing and deleting locations."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.places.location import Location
from thumper.graphql.relay.change import Payload, change, given
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.price import FEW, price
from thumper.store import models
from thumper.store.places import location_rows, similar_locations


@strawberry.input(description="A new location.")
class CreateLocationInput:
    """Input of `createLocation`."""

    name: str = strawberry.field(description="Its name, 1 to 200 characters, unique whatever the case.")
    description: str = strawberry.field(default="", description="Free text.")
    latitude: float | None = strawberry.field(
        default=None, description="Degrees north, -90 to 90; together with longitude or not at all."
    )
    longitude: float | None = strawberry.field(
        default=None, description="Degrees east, -180 to 180; together with latitude or not at all."
    )
    time_zone: str | None = strawberry.field(
        default=None,
        description="IANA time zone of its cameras' clocks, such as America/Chicago; null means that of its"
        " coordinates, else the server's setting.",
    )
    active: bool = strawberry.field(default=True, description="Whether cameras hang there now.")


@strawberry.input(description="Changes to a location; what is left out stays as it is.")
class UpdateLocationInput:
    """Input of `updateLocation`."""

    id: strawberry.ID = strawberry.field(description="The location.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its new name, 1 to 200 characters, unique whatever the case."
    )
    description: str | None = strawberry.field(default=strawberry.UNSET, description="Free text.")
    latitude: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Degrees north, -90 to 90; null together with longitude removes the place.",
    )
    longitude: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Degrees east, -180 to 180; null together with latitude removes the place.",
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="IANA time zone of its cameras' clocks; null means that of its coordinates, else the server's"
        " setting. When the zone changes, with this or with the coordinates, the capture times of its images follow.",
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether cameras hang there now."
    )


@strawberry.input(description="Which location to delete.")
class DeleteLocationInput:
    """Input of `deleteLocation`."""

    id: strawberry.ID = strawberry.field(description="The location.")


@strawberry.type
class NamedLocation(Payload):
    """A payload with a location that was given a name."""

    named: strawberry.Private[UUID | None] = None

    @field(
        "Other locations whose names differ from the new one by case, blanks or a letter only: did you mean one of"
        " these? Empty when there is none, or the name was not changed.",
        listed(Location),
        takes=price(items=FEW),
    )
    async def did_you_mean(self, info: Info) -> list[models.Location]:
        if self.named is None:
            return []
        found = (await similar_locations.similar([self.named]))[self.named]
        return await info.context.loaders.rows["Location"].load_many(found)


@strawberry.type(description="Answer of createLocation.")
class CreateLocationPayload(NamedLocation):
    """The location or the errors."""

    location: models.Location | None = strawberry.field(
        default=None,
        description="The new location; null when it was refused.",
        graphql_type=optional(Location),
    )


@strawberry.type(description="Answer of updateLocation.")
class UpdateLocationPayload(NamedLocation):
    """The location or the errors."""

    location: models.Location | None = strawberry.field(
        default=None,
        description="The location as it is now; null when refused.",
        graphql_type=optional(Location),
    )


@strawberry.type(description="Answer of deleteLocation.")
class DeleteLocationPayload(Payload):
    """The id or the errors."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the location that is gone; null when refused."
    )


CreateInput: TypeAlias = Annotated[CreateLocationInput, strawberry.argument(description="The new location.")]
UpdateInput: TypeAlias = Annotated[
    UpdateLocationInput, strawberry.argument(description="The location and its changes.")
]
DeleteInput: TypeAlias = Annotated[
    DeleteLocationInput, strawberry.argument(description="The location to delete.")
]
_FIELDS: Final = ("name", "description", "latitude", "longitude", "time_zone", "active")


@strawberry.type
class LocationMutation:
    """Mutations of locations."""

    @change(
        "Make a location known; its `coordinateDoubt` is worth a look. Refused with NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def create_location(input: CreateInput) -> CreateLocationPayload:
        location = await location_rows.create(**given(input, *_FIELDS))
        return CreateLocationPayload(location=location, named=location.id)

    @change(
        "Change a location; what is left out stays as it is. After a change of its coordinates its `coordinateDoubt` is"
        " worth a look. Refused with NOT_FOUND, NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def update_location(info: Info, input: UpdateInput) -> UpdateLocationPayload:
        values = given(input, *_FIELDS)
        location = await location_rows.update(
            decode(input.id, "Location"), values, server_zone=info.context.settings.zone
        )
        return UpdateLocationPayload(location=location, named=location.id if "name" in values else None)

    @change("Delete a location that nothing refers to. Refused with NOT_FOUND or LOCATION_IN_USE.")
    @staticmethod
    async def delete_location(input: DeleteInput) -> DeleteLocationPayload:
        await location_rows.delete(decode(input.id, "Location"))
        return DeleteLocationPayload(deleted_id=input.id)
