"""Deliveries of files: where each came from, its receipt, and looking them up."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.graphql.context import Info
from thumper.graphql.dumps.receipt import Receipt
from thumper.graphql.dumps.source import Source
from thumper.graphql.relay.connection import After, Before, Connection, First, Last, asked, connect, pages_of
from thumper.graphql.relay.enumeration import Direction
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import decode_given
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.store import models
from thumper.store.files import dump_search, receipts
from thumper.store.files.dump_search import DUMPS, DumpSearch, FileSearch
from thumper.store.images import image_counts
from thumper.store.postgres.page import Page


@strawberry.type(description="Images by how far detection is; the states add up to the total.")
class ImageCounts:
    """Stands over `image_counts.ImageCounts`."""

    total: int = strawberry.field(description="All of them.")
    pending: int = strawberry.field(description="Images that wait for the detector.")
    processing: int = strawberry.field(description="Images that are at the detector now.")
    completed: int = strawberry.field(description="Images that the detector has seen.")
    failed: int = strawberry.field(description="Images that the detector could not do.")


StateArgument: TypeAlias = Annotated[
    FileState | None, strawberry.argument(description="Only files in this state; all when left out.")
]
SettledArgument: TypeAlias = Annotated[
    bool | None,
    strawberry.argument(
        description="Only files with a final state; false finds those that are still growing or about to be read."
    ),
]
ReasonArgument: TypeAlias = Annotated[
    Reason | None, strawberry.argument(description="Only files that were rejected for this reason.")
]


@strawberry.type(
    description="One delivery: the files that arrived under one top folder of a source, from the first seen to quiet."
)
class Dump(Node):
    """Stands over `models.Dump`."""

    row: ClassVar[type[Any]] = models.Dump

    number: int = strawberry.field(description="1 for the first delivery under this folder, 2 for the next.")
    first_seen_at: dt.datetime = strawberry.field(description="When its first file was found.")
    changed_at: dt.datetime = strawberry.field(description="When a file of it was last found or settled.")
    settled_at: dt.datetime | None = strawberry.field(
        description="When every file was settled and the folder had been quiet; null while it still arrives."
    )

    @field("Top folder below the source; empty for files directly in the source.")
    @staticmethod
    def folder(root: strawberry.Parent[models.Dump]) -> str:
        return root.display_folder

    @field("Where it came from.", Source)
    @staticmethod
    async def source(root: strawberry.Parent[models.Dump], info: Info) -> Any:
        return await related(root.source_id, "Source", info=info)

    @field(
        "The place that its photos belong to; null when its folder names none.", optional(lazy("Location"))
    )
    @staticmethod
    async def location(root: strawberry.Parent[models.Dump], info: Info) -> Any:
        return await related(root.location_id, "Location", info=info)

    @field("What became of its files.", Receipt)
    @staticmethod
    async def receipt(root: strawberry.Parent[models.Dump], info: Info) -> receipts.Receipt:
        return await info.context.loaders.receipts.load(root.id)

    @field(
        "Repairs of the clocks of its photos, those that were taken back among them: the latest 100, newest first.",
        listed(lazy("ClockFix")),
    )
    @staticmethod
    async def clock_fixes(root: strawberry.Parent[models.Dump], info: Info) -> list[models.ClockFix]:
        return await info.context.loaders.dump_clock_fixes.load(root.id)

    @field("How far detection is with the images that it was the first to deliver.", ImageCounts)
    @staticmethod
    async def image_counts(root: strawberry.Parent[models.Dump], info: Info) -> image_counts.ImageCounts:
        return await info.context.loaders.dump_images.load(root.id)

    @field(
        "Its files by path, a page at a time, such as the rejected ones with their reasons.", pages_of("File")
    )
    @staticmethod
    async def files(
        root: strawberry.Parent[models.Dump],
        info: Info,
        state: StateArgument = None,
        settled: SettledArgument = None,
        reason: ReasonArgument = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.File]:
        loaders, dump_id = info.context.loaders, root.id
        cut = asked(dump_search.PATH_A_TO_Z, first=first, after=after, last=last, before=before)
        search = FileSearch(state=state, settled=settled, reason=reason)

        async def read() -> Page[models.File]:
            return await loaders.file_pages.load((dump_id, (search, cut)))

        async def count() -> int:
            receipt = await loaders.receipts.load(dump_id)
            return receipt.files(state=state, settled=settled, reason=reason)

        return Connection(order=dump_search.PATH_A_TO_Z, cut=cut, read=read, count=count)


@strawberry.input(description="Which dumps; every field that is given must hold, an empty filter means all.")
class DumpFilter:
    """`where` of dumps."""

    location: strawberry.ID | None = strawberry.field(default=None, description="Of this location.")
    settled: bool | None = strawberry.field(
        default=None, description="Whether everything has arrived; false finds those that still arrive."
    )
    delivered_from: str | None = strawberry.field(
        default=None,
        description="From this top folder, by its name whatever its case, or by its absolute path; or from this"
        " ingested path.",
    )


Where: TypeAlias = Annotated[
    DumpFilter | None, strawberry.argument(description="Which dumps; all when left out.")
]
Order: TypeAlias = Annotated[
    Direction, strawberry.argument(description="Order by arrival; the latest dump first when left out.")
]


@strawberry.type
class DumpQuery:
    """Looking dumps up."""

    @field("The dump with this id; null when there is none.", optional(Dump))
    @staticmethod
    async def dump(info: Info, id: RecordId) -> Any:
        return await find(id, "Dump", info=info)

    @field("Dumps by arrival, a page at a time.", pages_of("Dump"))
    @staticmethod
    async def dumps(
        where: Where = None,
        direction: Order = Direction.DESC,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Dump]:
        order = dump_search.ARRIVED_NEWEST if direction is Direction.DESC else dump_search.ARRIVED_OLDEST
        cut = asked(order, first=first, after=after, last=last, before=before)
        search = DumpSearch()
        if where is not None:
            search = DumpSearch(
                location_id=decode_given(where.location, "Location"),
                settled=where.settled,
                delivered_from=where.delivered_from,
            )
        return connect(DUMPS, search.conditions(), order=order, cut=cut)
