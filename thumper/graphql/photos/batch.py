"""Sets of images that a user sent to detection together, and how far each set is."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.progress import BatchKind
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.images import image_counts
from thumper.store.queue.batch_search import BatchSearch


@strawberry.type(description="How far a batch is; the states add up to the total.")
class BatchProgress:
    """Backed by `image_counts.ImageCounts`."""

    total: int = strawberry.field(description="Images in the batch.")
    pending: int = strawberry.field(description="Images that wait for the detector.")
    processing: int = strawberry.field(description="Images that are at the detector now.")
    completed: int = strawberry.field(description="Images that the detector has seen.")
    failed: int = strawberry.field(description="Images that the detector could not do.")
    finished: bool = strawberry.field(description="Whether nothing is left to do.")


@strawberry.type(description="A set of images that somebody sent to detection together.")
class Batch(Node):
    """Backed by `models.Batch`."""

    row: ClassVar[type[Any]] = models.Batch

    kind: BatchKind = strawberry.field(description="What was asked for.")
    created_at: dt.datetime = strawberry.field(description="When it was asked for.")

    @field(
        "How far it is. An image that is sent to detection again belongs to its newer batch from then on.",
        BatchProgress,
    )
    @staticmethod
    @loaded
    async def progress(root: strawberry.Parent[models.Batch], info: Info) -> image_counts.ImageCounts:
        return await info.context.loaders.batch_images.load(root.id)


@strawberry.type
class BatchQuery:
    """Queries for batches."""

    @field("The batch with this id; null when there is none.", optional(Batch))
    @staticmethod
    async def batch(info: Info, id: RecordId) -> Any:
        return await find(id, "Batch", info=info)

    batches = SearchList(BatchSearch, "batches", usual="latest first").field("Batches, a page at a time.")
