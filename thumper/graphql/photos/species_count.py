"""Which species are on photos, and on how many: what was seen today."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.photos.species import Species, species_of
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import related
from thumper.graphql.relay.price import price
from thumper.graphql.shared.together import loaded
from thumper.store.images import species_counts
from thumper.store.images.species_counts import MOST_SPECIES

_COUNTING = 500
"""As counting images by day: every image that is found is looked at."""


@strawberry.type(description="On how many images a species is.")
class SpeciesCount:
    """Backed by `species_counts.SpeciesCount`."""

    scientific_name: str = strawberry.field(
        description="Its scientific name, to be given as `species` of a filter.",
        resolver=lambda root: root.name,
    )
    image_count: int = strawberry.field(
        description="How many images, photos and not animals: the totalCount of `images` with the same filter and this"
        " species."
    )

    @field("The species of the list; null when none is listed under this name.", optional(Species))
    @staticmethod
    @loaded
    def species(root: strawberry.Parent[species_counts.SpeciesCount], info: Info) -> Any:
        return species_of(root.name, info)

    @field(
        "The image of them that was taken last; null when it was deleted meanwhile.", optional(lazy("Image"))
    )
    @staticmethod
    @loaded
    def latest_image(root: strawberry.Parent[species_counts.SpeciesCount], info: Info) -> Any:
        return related(root.latest_image_id, "Image", info=info)


@strawberry.type
class SpeciesCountQuery:
    """The query for what is on photos."""

    @field(
        "The species on the images that are found, that with most images first, 100 at most. A box that counts says it,"
        " after its latest review; boxes of no known species are left out.",
        optional(listed(SpeciesCount)),
        takes=price(own=_COUNTING, items=MOST_SPECIES),
    )
    @staticmethod
    async def species_counts(info: Info, where: Annotated[Any, IMAGE_LIST.where] = None) -> Any:
        return await species_counts.count_species(IMAGE_LIST.search(where, zone=info.context.settings.zone))
