"""Creating, changing and deleting known deer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from thumper.domain import deer
from thumper.domain.refusal import NoRecordError, Refusal
from thumper.errors import RefusedError
from thumper.store.deer import known_deer
from thumper.store.models import Deer
from thumper.store.postgres.unique_name import unique_name


class DeerInUseError(Refusal, RefusedError):
    """Raised if a deer has sightings: `sightings`."""

    def __init__(self, sightings: int) -> None:
        super().__init__(
            f"This deer has {sightings} sightings, so it stays. Take them back first, or change its status.",
            "deer_id",
        )
        self.sightings = sightings


async def create(name: str, **values: Any) -> Deer:
    """Make a deer known. Raises `InvalidValueError` or `NameTakenError`."""
    clean = deer.checked({"name": name, **values})
    with unique_name("deer", clean):
        return await Deer.create(**clean)


async def update(deer_id: UUID, values: Mapping[str, Any]) -> Deer:
    """Change the fields that are given. Raises `InvalidValueError`, `NameTakenError` or `NoRecordError`."""
    if clean := deer.checked(values):
        with unique_name("deer", clean):
            await Deer.filter(id=deer_id).update(**clean)
    row = await Deer.get_or_none(id=deer_id)
    if row is None:
        raise NoRecordError("deer", "deer_id")
    return row


async def delete(deer_id: UUID) -> None:
    """Delete a deer without sightings. Raises `DeerInUseError` or `NoRecordError`."""
    try:
        gone = await Deer.filter(id=deer_id).delete()
    except IntegrityError as error:
        raise DeerInUseError((await known_deer.figures([deer_id]))[deer_id].sightings) from error
    if not gone:
        raise NoRecordError("deer", "deer_id")
