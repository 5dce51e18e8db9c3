"""Reviews: what people said of detections."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.photos.species import species_of
from thumper.graphql.relay.actor import acted
from thumper.graphql.relay.field import WITHHELD, field, lazy, optional
from thumper.graphql.relay.node import Node, related
from thumper.store import models


@strawberry.type(
    description="A person's word on a detection. Reviews are appended, never overwritten; the latest stands."
)
class Review(Node):
    """Backed by `models.Review`."""

    row: ClassVar[type[Any]] = models.Review

    verdict: ReviewVerdict = strawberry.field(description="The word.")
    sex: Sex | None = strawberry.field(description="Sex after the correction; null unless CORRECTED.")
    life_stage: LifeStage | None = strawberry.field(
        description="Life stage after the correction; null unless CORRECTED."
    )
    note: str | None = strawberry.field(description=f"Free text; empty when there is none. {WITHHELD}")
    actor = acted("Who said it.")
    created_at: dt.datetime = strawberry.field(description="When it was said.")

    @field(
        "Species after the correction; null unless CORRECTED, or when nothing says it.",
        optional(lazy("Species")),
    )
    @staticmethod
    async def species(root: strawberry.Parent[models.Review], info: Info) -> Any:
        return await species_of(root.species, info)

    @field("The detection.", lazy("Detection"))
    @staticmethod
    async def detection(root: strawberry.Parent[models.Review], info: Info) -> Any:
        return await related(root.detection_id, "Detection", info=info)
