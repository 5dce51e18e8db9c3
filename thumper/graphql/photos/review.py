"""Reviews: what people said of detections."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.photos.species import species_of
from thumper.graphql.relay.actor import Actor, acted
from thumper.graphql.relay.field import WITHHELD, field, lazy, optional
from thumper.graphql.relay.node import Node, related
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.deer.review_search import ReviewSearch


@strawberry.type(
    description="A person's word on a detection. Reviews are appended, never overwritten; of those that were not taken"
    " back the latest stands."
)
class Review(Node):
    """Backed by `models.Review`."""

    row: ClassVar[type[Any]] = models.Review

    verdict: ReviewVerdict = strawberry.field(description="The word.")
    sex: Sex | None = strawberry.field(
        description="Sex after the correction, or that a box was drawn with; null otherwise."
    )
    life_stage: LifeStage | None = strawberry.field(
        description="Life stage after the correction, or that a box was drawn with; null otherwise."
    )
    note: str | None = strawberry.field(description=f"Free text; empty when there is none. {WITHHELD}")
    actor = acted("Who said it.")
    created_at: dt.datetime = strawberry.field(description="When it was said.")
    undone_at: dt.datetime | None = strawberry.field(
        description="When it was taken back; null while it was not."
    )

    @field(f"Who took it back; null while it was not. {WITHHELD}", optional(Actor))
    @staticmethod
    def undone_by(root: strawberry.Parent[models.Review]) -> Actor | None:
        return None if root.undone_by is None else Actor(name=root.undone_by)

    @field(
        "Species after the correction, or that a box was drawn with; null otherwise, or when nothing says it.",
        optional(lazy("Species")),
    )
    @staticmethod
    @loaded
    def species(root: strawberry.Parent[models.Review], info: Info) -> Any:
        return species_of(root.species, info)

    @field("The detection.", lazy("Detection"))
    @staticmethod
    @loaded
    def detection(root: strawberry.Parent[models.Review], info: Info) -> Any:
        return related(root.detection_id, "Detection", info=info)


@strawberry.type
class ReviewQuery:
    """Queries for reviews."""

    reviews = SearchList(ReviewSearch, "reviews", usual="latest first").field(
        "Reviews of all detections, also those that a later one replaced, a page at a time."
    )
