"""People: made, changed, removed. The last owner stays, and who is removed is signed out everywhere at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.domain.access import Role
from thumper.domain.entered_text import clean_name, one_name
from thumper.domain.refusal import InvalidValueError, NameTakenError, NoRecordError, Refusal
from thumper.errors import RefusedError
from thumper.store.access import credentials
from thumper.store.models import Person, Session, Token
from thumper.store.postgres.clock import NOW
from thumper.store.postgres.page import Key, KeyKind, whole_table
from thumper.store.postgres.search import Search, sort, where

OWNER_NAME: Final = "owner"
"""What the first owner is called: as what people said before there were accounts is signed."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('thumper.people'))"
"""One change at a time, so that two cannot each remove what the other takes for the last owner."""
_ID: Final = Key("person.id", KeyKind.ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSearch(Search[Person]):
    """Which people; every field that is given must hold, an empty filter means all, those who were removed too."""

    listing = whole_table(Person)
    sorts = (
        sort(
            "NAME",
            "Name, whatever its case.",
            (Key("lower(person.name)", KeyKind.TEXT), _ID),
            names=("name-a-z", "name-z-a"),
        ),
        sort(
            "CREATED",
            "When they were invited.",
            (Key("person.created_at", KeyKind.TIME), _ID),
            names=("created-oldest", "created-newest"),
        ),
    )

    role: Role | None = where("With this role.", "person.role = {}")
    removed: bool | None = where(
        "Whether they were removed.", "person.removed_at IS NOT NULL", otherwise="person.removed_at IS NULL"
    )
    name: str | None = where(
        "Called this, whatever its case.", "lower(person.name) = lower({})", read=one_name
    )


class LastOwnerError(Refusal, RefusedError):
    """Raised if no owner would be left, who decides who signs in."""

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


async def update(person_id: UUID, values: dict[str, Any]) -> Person:
    """Change name or role. Raises `NoRecordError`, `InvalidValueError`, `NameTakenError`, `LastOwnerError`."""
    if values.get("role", Role.GUEST) is None:
        raise InvalidValueError("This cannot be null; leave it out to keep what it is.", "role")
    if "name" in values:
        values = values | {"name": clean_name(values["name"], "name")}
    try:
        async with in_transaction("default") as transaction:
            await alone(transaction)
            person = await find(person_id, "person_id")
            if values.get("role", person.role) != Role.OWNER:
                await _refuse_without_owner(person, "role")
            if values:
                await person.update_from_dict(values).save(update_fields=list(values))
    except IntegrityError as error:
        raise NameTakenError("person", values["name"]) from error
    return person


async def remove(person_id: UUID) -> tuple[Person, list[UUID]]:
    """Remove a person, who cannot sign in any more; return their sessions and tokens that counted until now.

    Raises `NoRecordError`, `LastOwnerError`.
    """
    async with in_transaction("default") as transaction:
        await alone(transaction)
        person = await find(person_id, "person_id")
        await _refuse_without_owner(person, "person_id")
        revoked = await credentials.of_person(person_id)
        await Person.filter(id=person_id).update(removed_at=NOW)
        for kind in (Session, Token):
            await kind.filter(person_id=person_id, revoked_at=None).update(revoked_at=NOW)
    return await Person.get(id=person_id), revoked


async def find(person_id: UUID, *field: str) -> Person:
    """Return a person who was not removed. Raises `NoRecordError`."""
    person = await Person.get_or_none(id=person_id, removed_at=None)
    if person is None:
        raise NoRecordError("person", *field)
    return person


async def owner() -> Person | None:
    """Return the first owner."""
    return await Person.filter(role=Role.OWNER, removed_at=None).order_by("id").first()


async def _refuse_without_owner(person: Person, field: str) -> None:
    """Raise `LastOwnerError` if there is no owner but this one."""
    others = Person.filter(role=Role.OWNER, removed_at=None).exclude(id=person.id)
    if person.role is Role.OWNER and not await others.exists():
        raise LastOwnerError(person, field)
