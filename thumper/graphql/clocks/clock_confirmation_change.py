"""Answering what is asked about old dumps, many at once, and taking the answer back."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry

from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.identity import decode_all, encode
from thumper.store.times import clock_confirmations


@strawberry.input
class _Dumps:
    """Fields of both inputs."""

    dump_ids: list[strawberry.ID] = strawberry.field(description="The dumps, 1 to 1,000.")

    def uuids(self) -> set[UUID]:
        """Return the dumps. Raises BAD_ID."""
        return set(decode_all(self.dump_ids, "Dump", "input", "dumpIds"))


@strawberry.input(description="Whose clocks were right.")
class ConfirmClocksInput(_Dumps):
    """Input of `confirmClocks`."""


@strawberry.input(description="Whose clocks are to be asked about again.")
class UnconfirmClocksInput(_Dumps):
    """Input of `unconfirmClocks`."""


@strawberry.type(description="Answer of confirmClocks.")
class ConfirmClocksPayload(Payload):
    """The number or the errors."""

    confirmed_count: int | None = strawberry.field(
        default=None,
        description="How many of the dumps had not been confirmed before; null when refused.",
    )
    dump_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Ids of these dumps, with which unconfirmClocks takes it back; null when refused.",
    )


@strawberry.type(description="Answer of unconfirmClocks.")
class UnconfirmClocksPayload(Payload):
    """The number or the errors."""

    unconfirmed_count: int | None = strawberry.field(
        default=None, description="How many of the dumps had been confirmed; null when refused."
    )
    dump_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of these dumps; null when refused."
    )


_WHICH: Final = strawberry.argument(description="Which dumps.")
ConfirmInput: TypeAlias = Annotated[ConfirmClocksInput, _WHICH]
UnconfirmInput: TypeAlias = Annotated[UnconfirmClocksInput, _WHICH]


@strawberry.type
class ClockConfirmationMutation:
    """Mutations of confirmations."""

    @change(
        "Record that the clocks of dumps were right although their photos are old, as those of an archive are: their"
        " clockQuestion is answered for good. No time changes. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def confirm_clocks(input: ConfirmInput) -> ConfirmClocksPayload:
        changed = await clock_confirmations.confirm(input.uuids())
        return ConfirmClocksPayload(confirmed_count=len(changed), dump_ids=_ids(changed))

    @change("Take back what confirmClocks recorded: it is asked again. Refused with NOT_FOUND or INVALID.")
    @staticmethod
    async def unconfirm_clocks(input: UnconfirmInput) -> UnconfirmClocksPayload:
        changed = await clock_confirmations.take_back(input.uuids())
        return UnconfirmClocksPayload(unconfirmed_count=len(changed), dump_ids=_ids(changed))


def _ids(dump_ids: list[UUID]) -> list[strawberry.ID]:
    return [strawberry.ID(encode("Dump", dump_id)) for dump_id in dump_ids]
