"""Sightings: detections that are a known deer by the decision that stands."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.relay.actor import acted
from thumper.graphql.relay.field import field, lazy
from thumper.graphql.relay.node import Node, related
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.deer.sighting_search import SightingSearch


@strawberry.type(
    description="A detection that is a known deer: it follows from a decision IS, and ends with a decision of the same"
    " deer that says otherwise."
)
class Sighting(Node):
    """Backed by `models.Sighting`."""

    row: ClassVar[type[Any]] = models.Sighting

    actor = acted("Who said it.")
    created_at: dt.datetime = strawberry.field(description="When it was said.")

    @field("The deer.", lazy("Deer"))
    @staticmethod
    @loaded
    def deer(root: strawberry.Parent[models.Sighting], info: Info) -> Any:
        return related(root.deer_id, "Deer", info=info)

    @field("The box.", lazy("Detection"))
    @staticmethod
    @loaded
    def detection(root: strawberry.Parent[models.Sighting], info: Info) -> Any:
        return related(root.detection_id, "Detection", info=info)

    @field("The image.", lazy("Image"))
    @staticmethod
    @loaded
    def image(root: strawberry.Parent[models.Sighting], info: Info) -> Any:
        return related(root.image_id, "Image", info=info)


SIGHTING_LIST: Final = SearchList(SightingSearch, "sightings", usual="latest capture first")


@strawberry.type
class SightingQuery:
    """Queries for sightings."""

    sightings = SIGHTING_LIST.field("Sightings of all known deer, a page at a time.")
