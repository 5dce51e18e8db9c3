"""Adding to the list of species."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.photos.species import Species
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.store import models
from thumper.store.images import species_rows


@strawberry.input(description="A species to be listed.")
class AddSpeciesInput:
    """Input of `addSpecies`."""

    scientific_name: str = strawberry.field(
        description="Its scientific name in Latin letters, such as Cervus nippon; a genus or family will do, too."
    )
    common_name: str | None = strawberry.field(
        default="", description="Its name in English, such as sika deer; up to 200 characters."
    )


@strawberry.type(description="Answer of addSpecies.")
class AddSpeciesPayload(Payload):
    """The species or the errors."""

    species: models.Species | None = strawberry.field(
        default=None, description="The species; null when it was refused.", graphql_type=optional(Species)
    )


AddInput: TypeAlias = Annotated[AddSpeciesInput, strawberry.argument(description="The species.")]


@strawberry.type
class SpeciesMutation:
    """Mutations of species."""

    @change(
        "Add a species to the list, so that boxes can be corrected to it. Refused with INVALID, or with NAME_TAKEN when"
        " it is listed already."
    )
    @staticmethod
    async def add_species(info: Info, input: AddInput) -> AddSpeciesPayload:
        row = await species_rows.add(
            input.scientific_name, input.common_name or "", actor=info.context.actor.name
        )
        return AddSpeciesPayload(species=row)
