"""Deletions of images: what is known of each, and what deleting does."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.graphql.relay.price import price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.files.dump_search import MOST_OF_A_DELETION
from thumper.store.images.deletions import DeletionSearch


@strawberry.type(
    description="One image that a person deleted. While it stands, the same bytes are not taken in again; nothing is"
    " kept by which the photo could be seen."
)
class Deletion(Node):
    """Backed by `models.Deletion`."""

    row: ClassVar[type[Any]] = models.Deletion

    note: str | None = strawberry.field(
        description=f"What the person wrote about it; empty when nothing. {WITHHELD}"
    )
    undone_at: dt.datetime | None = strawberry.field(
        description="When it was taken back; null while it stands."
    )

    @field(f"SHA-256 of the photo that was deleted, 64 hexadecimal digits. {WITHHELD}")
    @staticmethod
    def sha256(root: strawberry.Parent[models.Deletion]) -> str | None:
        return root.sha256.hex()

    @field("When the image was deleted.")
    @staticmethod
    def deleted_at(root: strawberry.Parent[models.Deletion]) -> dt.datetime:
        return root.created_at

    @field(
        "The files in receipts that are rejected because of it, the first 20 by arrival: those that had delivered the"
        f" photo, and those that did so again. {WITHHELD}",
        optional(listed(lazy("File"))),
        takes=price(items=MOST_OF_A_DELETION),
    )
    @staticmethod
    @loaded
    async def files(root: strawberry.Parent[models.Deletion], info: Info) -> list[models.File]:
        return await info.context.loaders.deleted_files.load(root.sha256) or []


@strawberry.type(description="What goes and what stays when images are deleted.")
class DeletionEffect:
    """Backed by `deletion.DeletionEffect`."""

    images: int = strawberry.field(name="imageCount", description="Images that are deleted.")
    originals: int = strawberry.field(
        name="originalCount",
        description="Originals in Thumper's library, which are erased with their thumbnails and views.",
    )
    detections: int = strawberry.field(
        name="detectionCount",
        description="Boxes that go with them, those of all detectors and those that people drew.",
    )
    reviews: int = strawberry.field(
        name="reviewCount", description="What people said of these boxes; it is lost."
    )
    decisions: int = strawberry.field(
        name="decisionCount",
        description="What was decided of which deer these boxes are or are not; it is lost.",
    )
    marks: int = strawberry.field(
        name="markCount",
        description="Stars, tags, notes and words of people that no animal is there; they are lost.",
    )
    sightings: int = strawberry.field(
        name="sightingCount", description="Sightings of known deer in them; they are lost."
    )
    files: int = strawberry.field(
        name="fileCount", description="Files in receipts that become rejected as DELETED."
    )
    files_left: int = strawberry.field(
        name="filesLeftCount",
        description="Files outside of the library that hold these photos, as far as is known: originals in the drop"
        " folder. They are left where they are; cards that were ingested are not known any more.",
    )
    left_examples: list[str] = strawberry.field(description="Absolute paths of up to 10 of the files left.")


DELETION_LIST: Final = SearchList(DeletionSearch, "deletions", usual="latest first")


@strawberry.type
class DeletionQuery:
    """Queries for deletions."""

    @field("The deletion with this id; null when there is none.", optional(Deletion))
    @staticmethod
    async def deletion(info: Info, id: RecordId) -> Any:
        return await find(id, "Deletion", info=info)

    deletions = DELETION_LIST.field("Deletions of images, a page at a time.")
