"""The list of species."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.species import SpeciesOrigin
from thumper.graphql.context import Info
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.actor import Actor
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import WITHHELD, field, optional
from thumper.graphql.relay.node import Node, find
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.batch_loader import Load
from thumper.store import models
from thumper.store.images import species_rows
from thumper.store.images.species_rows import SpeciesSearch

publish(
    SpeciesOrigin,
    "Who listed a species.",
    {
        SpeciesOrigin.BUILT_IN: "It came with Thumper.",
        SpeciesOrigin.DETECTOR: "The class map of a detector names it.",
        SpeciesOrigin.PERSON: "A person added it.",
    },
)


@strawberry.type(
    description="A species of the list from which corrections take it. The list is extended with addSpecies."
)
class Species(Node):
    """Backed by `models.Species`."""

    row: ClassVar[type[Any]] = models.Species

    scientific_name: str = strawberry.field(
        description="Its scientific name, unique whatever the case, such as Odocoileus virginianus."
    )
    common_name: str = strawberry.field(
        description="Its name in English, such as white-tailed deer; empty when none is known."
    )
    origin: SpeciesOrigin = strawberry.field(description="Who listed it.")
    created_at: dt.datetime = strawberry.field(description="When it was listed.")

    @field(
        f"The person who added it; null unless the origin is PERSON, or when that is not known. {WITHHELD}"
    )
    @staticmethod
    def actor(root: strawberry.Parent[models.Species]) -> Actor | None:
        return None if root.actor is None else Actor(name=root.actor)


def species_of(name: str | None, info: Info) -> Load[str, models.Species | None] | None:
    """Return what loads the listed species of a scientific name, as a record has it; None for none."""
    return None if name is None else info.context.loaders.species.wanted(name)


ById: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Global id of the species.")
]
ByName: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Its scientific name, or a common name that no other has, whatever the case."
    ),
]


@strawberry.type
class SpeciesQuery:
    """Queries for species."""

    @field("The species with this id, or of this name; null when there is none.", optional(Species))
    @staticmethod
    async def species(info: Info, id: ById = None, name: ByName = None) -> Any:
        if (id is None) == (name is None):
            raise bad_request("BAD_ARGUMENTS", "Give the id or the name of the species, one of the two.")
        return (
            await species_rows.named(name) if name is not None else await find(str(id), "Species", info=info)
        )

    all_species = SearchList(SpeciesSearch, "species", usual="by scientific name").field(
        "The species that boxes can be of, a page at a time."
    )
