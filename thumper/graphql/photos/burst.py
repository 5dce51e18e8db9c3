"""The photos that a camera took with hardly a pause, which a page shows as one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.node import related
from thumper.graphql.shared.together import loaded
from thumper.store.images import bursts


@strawberry.type(
    description="A burst: the images of one camera between two of which no more than 60 seconds pass, whatever they"
    " show. Read them, or the boxes on them, with `burstImageId` in a filter."
)
class Burst:
    """Backed by `bursts.Burst`."""

    started_at: dt.datetime = strawberry.field(description="Capture time of its first image.")
    ended_at: dt.datetime = strawberry.field(description="Capture time of its last image.")
    image_count: int = strawberry.field(
        description="How many images it has, under whatever filter one was found."
    )

    @field(
        "Its first image: two images are of one burst exactly when this is the same.", optional(lazy("Image"))
    )
    @staticmethod
    @loaded
    def first_image(root: strawberry.Parent[bursts.Burst], info: Info) -> Any:
        return related(root.first_image_id, "Image", info=info)
