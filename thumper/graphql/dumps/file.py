"""Files of dumps: one path of one delivery each, in exactly one state."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain import video
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.graphql.context import Info
from thumper.graphql.relay.field import WITHHELD, field, lazy, optional
from thumper.graphql.relay.node import Node, related
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.shared.together import loaded
from thumper.store import models


@strawberry.type(description="One path of one dump, in exactly one state.")
class File(Node):
    """Backed by `models.File`."""

    row: ClassVar[type[Any]] = models.File

    size_bytes: BigInt = strawberry.field(description="Size in bytes when last looked at.")
    state: FileState = strawberry.field(description="Where it stands.")
    message: str | None = strawberry.field(
        description=f"What is wrong with this very file, in a sentence; null unless rejected. {WITHHELD}"
    )
    seen_at: dt.datetime = strawberry.field(description="When it was found.")
    settled_at: dt.datetime | None = strawberry.field(
        description="When it was stored, known as a duplicate, or rejected; null before that."
    )

    @field(
        r"Path below the source; bytes that are no UTF-8, or could mislead a reader, are escaped as \xe9 or \n. "
        + WITHHELD
    )
    @staticmethod
    def path(root: strawberry.Parent[models.File]) -> str | None:
        return root.display_path

    @field("Why it was rejected; null unless rejected.")
    @staticmethod
    def reason(root: strawberry.Parent[models.File]) -> Reason | None:
        return None if root.reason is None else Reason(root.reason)

    @field(f"What to do about a rejected file; null unless rejected. {WITHHELD}")
    @staticmethod
    def what_to_do(root: strawberry.Parent[models.File]) -> str | None:
        return None if root.reason is None else video.advice(Reason(root.reason), root.display_path)

    @field(
        "The image that it became, or is a duplicate of; null before that and when rejected.",
        optional(lazy("Image")),
    )
    @staticmethod
    @loaded
    def image(root: strawberry.Parent[models.File], info: Info) -> Any:
        return related(root.image_id, "Image", info=info)

    @field(
        "For a duplicate, the file that was the first with these bytes: its path, its dump, when it was seen.",
        optional(lazy("File")),
    )
    @staticmethod
    @loaded
    async def first_delivery(root: strawberry.Parent[models.File], info: Info) -> models.File | None:
        if root.state is not FileState.DUPLICATE or root.image_id is None:
            return None
        return await info.context.loaders.first_deliveries.load(root.image_id)

    @field("The dump that it is part of.", lazy("Dump"))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[models.File], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)
