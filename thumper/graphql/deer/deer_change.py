"""Creating, changing and deleting known deer."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import strawberry

from thumper.domain.animal import DeerStatus
from thumper.domain.label import Sex
from thumper.graphql.deer.deer import Deer
from thumper.graphql.relay.change import Payload, change, given
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store import models
from thumper.store.deer import deer_rows


@strawberry.input(description="A new deer.")
class CreateDeerInput(Input):
    """Input of `createDeer`."""

    name: str = strawberry.field(description="Its name, 1 to 200 characters, unique whatever the case.")
    sex: Sex = defaulted(Sex.UNKNOWN, "Its sex.", kind=Sex)
    status: DeerStatus = defaulted(DeerStatus.ALIVE, "What became of it.", kind=DeerStatus)
    notes: str = defaulted("", "Free text.", kind=str)


@strawberry.input(description="Changes to a deer; what is left out stays as it is.")
class UpdateDeerInput:
    """Input of `updateDeer`."""

    deer_id: strawberry.ID = strawberry.field(description="The deer.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its new name, 1 to 200 characters, unique whatever the case."
    )
    sex: Sex | None = strawberry.field(default=strawberry.UNSET, description="Its sex.")
    status: DeerStatus | None = strawberry.field(default=strawberry.UNSET, description="What became of it.")
    notes: str | None = strawberry.field(default=strawberry.UNSET, description="Free text.")


@strawberry.input(description="Which deer to delete.")
class DeleteDeerInput:
    """Input of `deleteDeer`."""

    deer_id: strawberry.ID = strawberry.field(description="The deer.")


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


CreateInput: TypeAlias = Annotated[CreateDeerInput, strawberry.argument(description="The new deer.")]
UpdateInput: TypeAlias = Annotated[
    UpdateDeerInput, strawberry.argument(description="The deer and its changes.")
]
DeleteInput: TypeAlias = Annotated[DeleteDeerInput, strawberry.argument(description="The deer to delete.")]
_FIELDS: Final = ("name", "sex", "status", "notes")


@strawberry.type
class DeerMutation:
    """Mutations of deer."""

    @change("Make a deer known. Refused with NAME_TAKEN or INVALID.")
    @staticmethod
    async def create_deer(input: CreateInput) -> CreateDeerPayload:
        return CreateDeerPayload(deer=await deer_rows.create(**given(input, *_FIELDS)))

    @change("Change a deer; what is left out stays as it is. Refused with NOT_FOUND, NAME_TAKEN or INVALID.")
    @staticmethod
    async def update_deer(input: UpdateInput) -> UpdateDeerPayload:
        deer = await deer_rows.update(decode(input.deer_id, "Deer"), given(input, *_FIELDS))
        return UpdateDeerPayload(deer=deer)

    @change(
        "Delete a deer without sightings, with what else was decided about it. Sightings are a person's word and are"
        " taken back with decideIdentity. Refused with NOT_FOUND or DEER_IN_USE."
    )
    @staticmethod
    async def delete_deer(input: DeleteInput) -> DeleteDeerPayload:
        await deer_rows.delete(decode(input.deer_id, "Deer"))
        return DeleteDeerPayload(deleted_id=input.deer_id)
