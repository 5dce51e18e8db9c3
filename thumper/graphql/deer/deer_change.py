"""Making, changing and deleting known deer."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import strawberry
from tortoise.exceptions import IntegrityError

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.graphql.deer.deer import Deer
from thumper.graphql.relay.change import Payload, change, clean_name, clean_text, given, violated
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.user_error import (
    ChangeRefusedError,
    DeerInUse,
    UserErrorCode,
    invalid,
    name_taken,
    not_found,
)
from thumper.store import models
from thumper.store.deer import known_deer


@strawberry.input(description="A new deer.")
class CreateDeerInput:
    """Input of `createDeer`."""

    name: str = strawberry.field(description="Its name, 1 to 200 characters, unique whatever the case.")
    sex: Sex = strawberry.field(default=Sex.UNKNOWN, description="Its sex.")
    status: DeerStatus = strawberry.field(default=DeerStatus.ALIVE, description="What became of it.")
    notes: str = strawberry.field(default="", description="Free text.")


@strawberry.input(description="Changes to a deer; what is left out stays as it is.")
class UpdateDeerInput:
    """Input of `updateDeer`."""

    id: strawberry.ID = strawberry.field(description="The deer.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its new name, 1 to 200 characters, unique whatever the case."
    )
    sex: Sex | None = strawberry.field(default=strawberry.UNSET, description="Its sex.")
    status: DeerStatus | None = strawberry.field(default=strawberry.UNSET, description="What became of it.")
    notes: str | None = strawberry.field(default=strawberry.UNSET, description="Free text.")


@strawberry.input(description="Which deer to delete.")
class DeleteDeerInput:
    """Input of `deleteDeer`."""

    id: strawberry.ID = strawberry.field(description="The deer.")


@strawberry.type(description="Answer of createDeer.")
class CreateDeerPayload(Payload):
    """The deer or the errors."""

    deer: models.Deer | None = strawberry.field(
        default=None, description="The new deer; null when it was refused.", graphql_type=optional(Deer)
    )


@strawberry.type(description="Answer of updateDeer.")
class UpdateDeerPayload(Payload):
    """The deer or the errors."""

    deer: models.Deer | None = strawberry.field(
        default=None, description="The deer as it is now; null when refused.", graphql_type=optional(Deer)
    )


@strawberry.type(description="Answer of deleteDeer.")
class DeleteDeerPayload(Payload):
    """The id or the errors."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the deer that is gone; null when refused."
    )


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as they can be stored; raise `ChangeRefusedError`."""
    if "name" in values:
        values["name"] = clean_name(values["name"], "name")
    if "notes" in values:
        values["notes"] = clean_text(values["notes"], "notes")
    for name in ("sex", "status"):
        if name in values and values[name] is None:
            raise invalid(f"{name} cannot be null; leave it out to keep what it is.", name)
    return values


def _explain(error: IntegrityError, values: dict[str, Any]) -> Exception:
    """Return what the violated constraint means."""
    return name_taken("deer", values["name"]) if violated(error) == "deer_name_key" else error


async def _create(values: dict[str, Any]) -> models.Deer:
    try:
        return await models.Deer.create(**_checked(values))
    except IntegrityError as error:
        raise _explain(error, values) from error


async def _update(deer_id: UUID, values: dict[str, Any]) -> models.Deer:
    try:
        if _checked(values):
            await models.Deer.filter(id=deer_id).update(**values)
    except IntegrityError as error:
        raise _explain(error, values) from error
    deer = await models.Deer.get_or_none(id=deer_id)
    if deer is None:
        raise not_found("deer", "id")
    return deer


async def _delete(deer_id: UUID) -> None:
    try:
        if not await models.Deer.filter(id=deer_id).delete():
            raise not_found("deer", "id")
    except IntegrityError as error:
        sightings = (await known_deer.figures([deer_id]))[deer_id].sightings
        message = (
            f"This deer has {sightings} sightings, so it stays. Take them back first, or change its status."
        )
        raise ChangeRefusedError(
            DeerInUse(
                code=UserErrorCode.DEER_IN_USE, message=message, path=["input", "id"], sightings=sightings
            )
        ) from error


CreateInput: TypeAlias = Annotated[CreateDeerInput, strawberry.argument(description="The new deer.")]
UpdateInput: TypeAlias = Annotated[
    UpdateDeerInput, strawberry.argument(description="The deer and its changes.")
]
DeleteInput: TypeAlias = Annotated[DeleteDeerInput, strawberry.argument(description="The deer to delete.")]
_FIELDS: Final = ("name", "sex", "status", "notes")


@strawberry.type
class DeerMutation:
    """Changing deer."""

    @change("Make a deer known. Refused with NAME_TAKEN or INVALID.")
    @staticmethod
    async def create_deer(input: CreateInput) -> CreateDeerPayload:
        return CreateDeerPayload(deer=await _create(given(input, *_FIELDS)))

    @change("Change a deer; what is left out stays as it is. Refused with NOT_FOUND, NAME_TAKEN or INVALID.")
    @staticmethod
    async def update_deer(input: UpdateInput) -> UpdateDeerPayload:
        return UpdateDeerPayload(deer=await _update(decode(input.id, "Deer"), given(input, *_FIELDS)))

    @change(
        "Delete a deer without sightings; sightings are a person's word and are taken back one by one. Refused with"
        " NOT_FOUND or DEER_IN_USE."
    )
    @staticmethod
    async def delete_deer(input: DeleteInput) -> DeleteDeerPayload:
        await _delete(decode(input.id, "Deer"))
        return DeleteDeerPayload(deleted_id=input.id)
