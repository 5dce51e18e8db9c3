"""Making, changing and deleting locations."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID
from zoneinfo import available_timezones

import strawberry
from tortoise.exceptions import IntegrityError

from thumper.graphql.context import Info
from thumper.graphql.places.location import Location
from thumper.graphql.relay.change import Payload, change, clean_name, clean_text, given, violated
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.user_error import (
    ChangeRefusedError,
    LocationInUse,
    UserErrorCode,
    invalid,
    name_taken,
    not_found,
)
from thumper.store import models
from thumper.store.places import locations

_LATITUDE: Final = 90
_LONGITUDE: Final = 180


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


@strawberry.type(description="Answer of createLocation.")
class CreateLocationPayload(Payload):
    """The location or the errors."""

    location: models.Location | None = strawberry.field(
        default=None,
        description="The new location; null when it was refused.",
        graphql_type=optional(Location),
    )


@strawberry.type(description="Answer of updateLocation.")
class UpdateLocationPayload(Payload):
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


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as they can be stored; raise `ChangeRefusedError`."""
    if "name" in values:
        values["name"] = clean_name(values["name"], "name")
    if "description" in values:
        values["description"] = clean_text(values["description"], "description")
    for name, most in (("latitude", _LATITUDE), ("longitude", _LONGITUDE)):
        degrees = values.get(name)
        if degrees is not None and not -most <= degrees <= most:
            raise invalid(f"{degrees:g} is no {name}; it must be -{most} to {most} degrees.", name)
    zone = values.get("time_zone")
    if zone is not None and zone not in available_timezones():
        raise invalid(f"{zone[:80]!r} is no IANA time zone; write one such as America/Chicago.", "timeZone")
    if values.get("active", True) is None:
        raise invalid("active is true or false; leave it out to keep what it is.", "active")
    return values


def _explain(error: IntegrityError, values: dict[str, Any]) -> Exception:
    """Return what the violated constraint means."""
    constraint = violated(error)
    if constraint == "location_name_key":
        return name_taken("location", values["name"])
    if constraint == "location_placed":
        return invalid("Latitude and longitude go together: give both, or neither.", "latitude")
    return error


async def _create(values: dict[str, Any]) -> models.Location:
    try:
        return await models.Location.create(**_checked(values))
    except IntegrityError as error:
        raise _explain(error, values) from error


async def _update(location_id: UUID, values: dict[str, Any], *, info: Info) -> models.Location:
    try:
        if _checked(values):
            await locations.update(location_id, values, server_zone=info.context.settings.zone)
    except IntegrityError as error:
        raise _explain(error, values) from error
    location = await models.Location.get_or_none(id=location_id)
    if location is None:
        raise not_found("location", "id")
    return location


async def _delete(location_id: UUID) -> None:
    try:
        if not await models.Location.filter(id=location_id).delete():
            raise not_found("location", "id")
    except IntegrityError as error:
        images = (await locations.image_counts([location_id]))[location_id]
        dumps = (await locations.dump_counts([location_id]))[location_id]
        message = f"{images} images and {dumps} dumps refer to this location, so it stays. Make it inactive instead."
        raise ChangeRefusedError(
            LocationInUse(
                code=UserErrorCode.LOCATION_IN_USE,
                message=message,
                path=["input", "id"],
                images=images,
                dumps=dumps,
            )
        ) from error


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
    """Changing locations."""

    @change("Make a location known. Refused with NAME_TAKEN or INVALID.")
    @staticmethod
    async def create_location(input: CreateInput) -> CreateLocationPayload:
        return CreateLocationPayload(location=await _create(given(input, *_FIELDS)))

    @change(
        "Change a location; what is left out stays as it is. Refused with NOT_FOUND, NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def update_location(info: Info, input: UpdateInput) -> UpdateLocationPayload:
        location_id = decode(input.id, "Location")
        return UpdateLocationPayload(location=await _update(location_id, given(input, *_FIELDS), info=info))

    @change("Delete a location that nothing refers to. Refused with NOT_FOUND or LOCATION_IN_USE.")
    @staticmethod
    async def delete_location(input: DeleteInput) -> DeleteLocationPayload:
        await _delete(decode(input.id, "Location"))
        return DeleteLocationPayload(deleted_id=input.id)
