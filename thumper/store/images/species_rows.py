"""The list of species: those that came with Thumper, those of class maps, and those that people add."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError

from thumper.domain import species
from thumper.domain.entered_text import clean_name
from thumper.domain.label import ClassMap
from thumper.domain.refusal import NameTakenError, Refusal
from thumper.domain.species import SpeciesOrigin
from thumper.errors import UsageError
from thumper.store.models import Species
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Conditions, Key, KeyKind, read_all, whole_table
from thumper.store.postgres.search import Search, sort, where

SPECIES: Final = whole_table(Species)

_ID: Final = Key("species.id", KeyKind.ID)


class SpeciesNotListedError(Refusal, UsageError):
    """Raised if no species of the list has a name, or several have it; `near` are those that may be meant."""

    def __init__(self, message: str, near: Sequence[Species], *field: str) -> None:
        super().__init__(message, *field)
        self.near = near


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesSearch(Search[Species]):
    """Which species; every field that is given must hold, an empty filter means all."""

    listing = SPECIES
    sorts = (
        sort(
            "SCIENTIFIC_NAME",
            "Scientific name.",
            (Key("lower(species.scientific_name)", KeyKind.TEXT), _ID),
            names=("scientific-a-z", "scientific-z-a"),
        ),
        sort(
            "COMMON_NAME",
            "Common name, whatever its case; those without one come first in the alphabet.",
            (Key("lower(species.common_name)", KeyKind.TEXT), _ID),
            names=("common-a-z", "common-z-a"),
        ),
    )

    name_contains: str | None = where(
        "Whose scientific or common name contains this, whatever the case.",
        "(strpos(lower(species.scientific_name), lower({})) > 0 OR strpos(lower(species.common_name), lower({})) > 0)",
    )
    origin: SpeciesOrigin | None = where("Listed by this one.", "species.origin = {}")


async def add(scientific_name: str, common_name: str, *, actor: str) -> Species:
    """List a species. Raises `InvalidValueError`, or `NameTakenError` if it is listed already."""
    name = species.scientific_name(scientific_name)
    common = clean_name(common_name, "common_name") if common_name.strip() else ""
    try:
        return await Species.create(
            scientific_name=name, common_name=common, origin=SpeciesOrigin.PERSON, actor=actor
        )
    except IntegrityError as error:
        raise NameTakenError("species", name, field="scientific_name") from error


async def named(name: str) -> Species | None:
    """Return the species with that scientific name, else the only one with that common name."""
    found = species.meant(name, await Species.all())
    return found[0] if len(found) == 1 else None


async def listed(name: str, *field: str) -> Species:
    """Return the species that a name means. Raises `SpeciesNotListedError` unless it is just one."""
    return meant(name, await everything(), *field)


async def everything() -> list[Species]:
    """Return the whole list, by scientific name."""
    return await Species.all().order_by("scientific_name")


def meant(name: str, known: Sequence[Species], *field: str) -> Species:
    """Return the species of the list that a name means. Raises `SpeciesNotListedError` unless it is just one."""
    found = species.meant(name, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise SpeciesNotListedError(
            f"Several species are called {name}. Give the scientific name of the one that is meant.",
            found,
            *field,
        )
    near = species.near(name, known)
    hint = ""
    if near:
        common = f" ({near[0].common_name})" if near[0].common_name else ""
        hint = f" Did you mean {near[0].scientific_name}{common}?"
    raise SpeciesNotListedError(
        f"{name!r} is in the list of species neither by its scientific nor by its common name.{hint} A new species is"
        " listed with addSpecies.",
        near,
        *field,
    )


async def common_names(names: Collection[str]) -> dict[str, str]:
    """Return the common names of species by their scientific names; empty where none is known."""
    return {name: row.common_name for name, row in (await of_names(sorted(names))).items()}


async def of_names(names: Sequence[str]) -> dict[str, Species]:
    """Return the species of scientific names, whatever their case, by name as it was asked for."""
    conditions = Conditions()
    conditions.add("lower(species.scientific_name) = ANY({}::text[])", [name.lower() for name in names])
    rows = {
        row.scientific_name.lower(): row for row in await read_all(SPECIES, conditions, order="species.id")
    }
    return {name: rows[name.lower()] for name in names if name.lower() in rows}


_NOTE: Final = """
INSERT INTO species (id, scientific_name, common_name, origin)
SELECT fresh.id, fresh.name, fresh.common_name, 'detector'
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS fresh(id, name, common_name)
ON CONFLICT (lower(scientific_name)) DO NOTHING
"""


async def note(connection: BaseDBAsyncClient, class_map: ClassMap) -> None:
    """List the species of a class map; those that are listed stay as they are."""
    named: dict[str, tuple[str, str]] = {}
    for meaning in class_map.meanings.values():
        if meaning.species is not None:
            named.setdefault(meaning.species.lower(), (meaning.species, meaning.common_name or ""))
    if named:
        names, common = zip(*named.values(), strict=True)
        await connection.execute_query_dict(_NOTE, [[new_id() for _ in names], list(names), list(common)])
