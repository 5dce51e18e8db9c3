"""Creating, changing and deleting locations."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.refusal import InvalidValueError
from thumper.graphql.context import Info
from thumper.graphql.places.location import Location
from thumper.graphql.relay.change import Payload, change, given
from thumper.graphql.relay.coordinates import CoordinatesInput
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.price import FEW, price
from thumper.store import models
from thumper.store.places import location_rows, similar_locations


@strawberry.input(description="A new location.")
class CreateLocationInput(Input):
    """Input of `createLocation`."""

    name: str = strawberry.field(description="Its name, 1 to 200 characters, unique whatever the case.")
    description: str = defaulted("", "Free text.", kind=str)
    coordinates: CoordinatesInput | None = strawberry.field(
        default=None, description="Where it is; null when it is not placed yet."
    )
    time_zone: str | None = strawberry.field(
        default=None,
        description="IANA time zone of its cameras' clocks, such as America/Chicago; null means that of its"
        " coordinates, else the server's setting.",
    )
    active: bool = defaulted(True, "Whether cameras hang there now.", kind=bool)
    shared: bool = defaulted(
        False, "Whether guests may see it, with the photos that were taken there.", kind=bool
    )


@strawberry.input(description="Changes to a location; what is left out stays as it is.")
class UpdateLocationInput:
    """Input of `updateLocation`."""

    location_id: strawberry.ID = strawberry.field(description="The location.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its new name, 1 to 200 characters, unique whatever the case."
    )
    description: str | None = strawberry.field(default=strawberry.UNSET, description="Free text.")
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it is; null when it is to be placed anew."
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="IANA time zone of its cameras' clocks; null means that of its coordinates, else the server's"
        " setting. When the zone changes, with this or with the coordinates, the capture times of its images follow.",
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether cameras hang there now."
    )
    shared: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether guests may see it, with the photos that were taken there.",
    )


@strawberry.input(description="Which location to delete.")
class DeleteLocationInput:
    """Input of `deleteLocation`."""

    location_id: strawberry.ID = strawberry.field(description="The location.")


@strawberry.type
class NamedLocation(Payload):
    """A payload with a location that was given a name."""

    named: strawberry.Private[UUID | None] = None

    @field(
        "Other locations whose names differ from the new one by case, blanks or a letter only: did you mean one of"
        " these? Empty when there is none, or the name was not changed; null when refused.",
        optional(listed(Location)),
        takes=price(items=FEW),
    )
    async def did_you_mean(self, info: Info) -> list[models.Location] | None:
        if self.errors:
            return None
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
_FIELDS: Final = ("name", "description", "coordinates", "time_zone", "active", "shared")
_DEGREES: Final = ("latitude", "longitude")


def _values(input: CreateLocationInput | UpdateLocationInput) -> dict[str, Any]:
    """Return what was given, by the names of the record."""
    values = given(input, *_FIELDS)
    if "coordinates" in values:
        coordinates = values.pop("coordinates")
        values |= {name: coordinates and getattr(coordinates, name) for name in _DEGREES}
    return values


@contextlib.contextmanager
def _as_coordinates() -> Iterator[None]:
    """Name degrees that are refused as the input does."""
    try:
        yield
    except InvalidValueError as error:
        if error.field[:1] and error.field[0] in _DEGREES:
            raise InvalidValueError(str(error), "coordinates", *error.field) from error
        raise


@strawberry.type
class LocationMutation:
    """Mutations of locations."""

    @change(
        "Make a location known; its `coordinateDoubt` is worth a look. Refused with NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def create_location(input: CreateInput) -> CreateLocationPayload:
        with _as_coordinates():
            location = await location_rows.create(**_values(input))
        return CreateLocationPayload(location=location, named=location.id)

    @change(
        "Change a location; what is left out stays as it is. After a change of its coordinates its `coordinateDoubt` is"
        " worth a look. Refused with NOT_FOUND, NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def update_location(info: Info, input: UpdateInput) -> UpdateLocationPayload:
        location_id, values = decode(input.location_id, "Location"), _values(input)
        with _as_coordinates():
            location = await location_rows.update(location_id, values, server_zone=info.context.settings.zone)
        return UpdateLocationPayload(location=location, named=location.id if "name" in values else None)

    @change("Delete a location that nothing refers to. Refused with NOT_FOUND or LOCATION_IN_USE.")
    @staticmethod
    async def delete_location(input: DeleteInput) -> DeleteLocationPayload:
        await location_rows.delete(decode(input.location_id, "Location"))
        return DeleteLocationPayload(deleted_id=input.location_id)
