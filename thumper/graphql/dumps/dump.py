"""Deliveries of files: where each came from, its receipt, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.dumps.receipt import Receipt
from thumper.graphql.dumps.source import Source
from thumper.graphql.image_list import images_of
from thumper.graphql.relay.connection import Connection
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.files import receipts
from thumper.store.files.dump_search import DumpSearch, FileSearch
from thumper.store.images import image_counts
from thumper.store.places import relocation_search
from thumper.store.postgres.page import Cut, Order
from thumper.store.times.clock_fixes import MOST_LISTED


@strawberry.type(description="Images by how far detection is; the states add up to the total.")
class ImageCounts:
    """Backed by `image_counts.ImageCounts`."""

    total: int = strawberry.field(description="All of them.")
    pending: int = strawberry.field(description="Images that wait for the detector.")
    processing: int = strawberry.field(description="Images that are at the detector now.")
    completed: int = strawberry.field(description="Images that the detector has seen.")
    failed: int = strawberry.field(description="Images that the detector could not do.")


_FILE_LIST: Final = SearchList(FileSearch, "files", usual="by path")


def _files(root: Any, info: Info, search: FileSearch, order: Order, cut: Cut) -> Connection[models.File]:
    loaders, dump_id = info.context.loaders, root.id

    async def count() -> int:
        if search.of_pictures:
            return await search.count_of(dump_id)
        receipt = await loaders.receipts.load(dump_id)
        return receipt.files(state=search.state, settled=search.settled, reason=search.reason)

    return Connection(
        order=order,
        cut=cut,
        read=lambda: loaders.file_pages.load((dump_id, (search, order, cut))),
        count=count,
    )


@strawberry.type(
    description="One delivery: the files that arrived under one top folder of a source, from the first seen to quiet."
)
class Dump(Node):
    """Backed by `models.Dump`."""

    row: ClassVar[type[Any]] = models.Dump

    number: int = strawberry.field(description="1 for the first delivery under this folder, 2 for the next.")
    arrived_at: dt.datetime = strawberry.field(
        description="When its first file was found.", resolver=lambda root: root.first_seen_at
    )
    changed_at: dt.datetime = strawberry.field(description="When a file of it was last found or settled.")
    settled_at: dt.datetime | None = strawberry.field(
        description="When every file was settled and the folder had been quiet; null while it still arrives."
    )

    @field(f"Top folder below the source; empty for files directly in the source. {WITHHELD}")
    @staticmethod
    def folder(root: strawberry.Parent[models.Dump]) -> str | None:
        return root.display_folder

    @field(f"Where it came from. {WITHHELD}", optional(Source))
    @staticmethod
    @loaded
    def source(root: strawberry.Parent[models.Dump], info: Info) -> Any:
        return related(root.source_id, "Source", info=info)

    @field(
        "The place that its photos belong to; null when its folder names none.", optional(lazy("Location"))
    )
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[models.Dump], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)

    @field(f"What became of its files. {WITHHELD}", optional(Receipt))
    @staticmethod
    @loaded
    async def receipt(root: strawberry.Parent[models.Dump], info: Info) -> receipts.Receipt:
        return await info.context.loaders.receipts.load(root.id)

    @field(
        "Repairs of the clocks of its photos, those that were taken back among them: the latest 100, newest first."
        f" {WITHHELD}",
        optional(listed(lazy("ClockFix"))),
        takes=price(items=MOST_LISTED),
    )
    @staticmethod
    @loaded
    async def clock_fixes(root: strawberry.Parent[models.Dump], info: Info) -> list[models.ClockFix]:
        return await info.context.loaders.dump_clock_fixes.load(root.id)

    @field(
        "How far detection is with all images that its files are, also those that another dump had delivered before. To"
        " wait until this delivery has been looked at, wait until none of them is pending or processing.",
        ImageCounts,
    )
    @staticmethod
    @loaded
    async def file_image_counts(root: strawberry.Parent[models.Dump], info: Info) -> image_counts.ImageCounts:
        return await info.context.loaders.dump_file_images.load(root.id)

    @field(
        "When somebody said that the clocks of its cameras were right (confirmClocks); null when nobody did."
    )
    @staticmethod
    @loaded
    async def clocks_confirmed_at(root: strawberry.Parent[models.Dump], info: Info) -> dt.datetime | None:
        return await info.context.loaders.clock_confirmations.load(root.id)

    @field(
        "Changes of its place, or of that of its photos, those that were taken back among them: the latest 100, newest"
        f" first. {WITHHELD}",
        optional(listed(lazy("Relocation"))),
        takes=price(items=relocation_search.MOST_LISTED),
    )
    @staticmethod
    @loaded
    async def relocations(root: strawberry.Parent[models.Dump], info: Info) -> list[models.Relocation]:
        return await info.context.loaders.dump_relocations.load(root.id)

    images = images_of(
        "Dump",
        "The images that it was the first to deliver, a page at a time. Those of its duplicates are found in"
        " files { nodes { image } }.",
    )

    @field("How far detection is with the images that it was the first to deliver.", ImageCounts)
    @staticmethod
    @loaded
    async def image_counts(root: strawberry.Parent[models.Dump], info: Info) -> image_counts.ImageCounts:
        return await info.context.loaders.dump_images.load(root.id)

    @field("How many images that its files are wait until somebody asks for detection (detectPending).")
    @staticmethod
    @loaded
    async def held_image_count(root: strawberry.Parent[models.Dump], info: Info) -> int:
        return await info.context.loaders.dump_held.load(root.id)

    files = _FILE_LIST.field_below(
        "Its files, a page at a time, such as the rejected ones with their reasons.", _files
    )


async def watchable_dump(word: str, *, info: Info) -> models.Dump | None:
    """Return the dump of that id, None when there is none that who asks may watch. Raises BAD_ID."""
    row: models.Dump | None = await find(word, "Dump", info=info)
    return row if row is not None and info.context.watches(row.credential_id) else None


@strawberry.type
class DumpQuery:
    """Queries for dumps."""

    @field(
        "The dump with this id; null when there is none. A token that may only upload sees those that it made.",
        optional(Dump),
    )
    @staticmethod
    async def dump(info: Info, id: RecordId) -> Any:
        return await watchable_dump(id, info=info)

    dumps = SearchList(DumpSearch, "dumps", usual="the latest first").field("Dumps, a page at a time.")
