"""People: made, given another role, removed. The last owner stays."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain.access import Role
from thumper.domain.entered_text import clean_name
from thumper.domain.refusal import NameTakenError, NoRecordError, Refusal
from thumper.errors import RefusedError
from thumper.store.models import Person

OWNER_NAME: Final = "owner"
"""What the first owner is called: as what people said before there were accounts is signed."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('thumper.people'))"
"""One change at a time, so that two cannot each remove what the other takes for the last owner."""


class LastOwnerError(Refusal, RefusedError):
    """Raised if nobody would be left who may decide who signs in."""

    def __init__(self, person: Person, *field: str) -> None:
        super().__init__(
            f"{person.name} is the only owner, and somebody has to be. Make another person an owner first.",
            *field,
        )


async def alone(transaction: BaseDBAsyncClient) -> None:
    """Wait until no other process changes people, and keep others waiting until the transaction ends."""
    await transaction.execute_query_dict(_LOCK)


async def add(name: str, role: Role) -> Person:
    """Add a person. Raises `InvalidValueError`, `NameTakenError`."""
    name = clean_name(name, "name")
    try:
        async with in_transaction("default"):
            return await Person.create(name=name, role=role)
    except IntegrityError as error:
        raise NameTakenError("person", name) from error


async def find(person_id: UUID, *field: str) -> Person:
    """Return a person who was not removed. Raises `NoRecordError`."""
    person = await Person.get_or_none(id=person_id, removed_at=None)
    if person is None:
        raise NoRecordError("person", *field)
    return person


async def owner() -> Person | None:
    """Return the first owner."""
    return await Person.filter(role=Role.OWNER, removed_at=None).order_by("id").first()
