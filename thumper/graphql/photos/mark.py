"""What people said of whole images, as fields of an image; and all tags."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.mark import MarkKind
from thumper.graphql.context import Info
from thumper.graphql.relay.actor import acted
from thumper.graphql.relay.field import WITHHELD, field, listed, optional
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.images import tags
from thumper.store.images.tags import TagCount


@strawberry.type(description="The star of an image.")
class Star:
    """Backed by `models.Mark`."""

    actor = acted("Who gave it.")
    created_at: dt.datetime = strawberry.field(description="When it was given.")


@strawberry.type(description="A tag of an image.")
class ImageTag:
    """Backed by `models.Mark`."""

    name: str = strawberry.field(
        description="The tag as it was written; upper and lower case count as the same.",
        resolver=lambda root: root.text,
    )
    actor = acted("Who gave it.")
    created_at: dt.datetime = strawberry.field(description="When it was given.")


@strawberry.type(description="The note about an image.")
class ImageNote:
    """Backed by `models.Mark`."""

    text: str | None = strawberry.field(description=f"The note; never empty. {WITHHELD}")
    actor = acted("Who wrote it.")
    created_at: dt.datetime = strawberry.field(description="When it was written.")


@strawberry.type(description="A person's word that no animal is on an image.")
class SeenAsEmpty:
    """Backed by `models.Mark`."""

    actor = acted("Who said it.")
    created_at: dt.datetime = strawberry.field(description="When it was said.")


async def _standing(root: models.Image, kind: MarkKind, info: Info) -> list[models.Mark]:
    return [mark for mark in await info.context.loaders.marks.load(root.id) if mark.kind is kind]


async def _one(root: models.Image, kind: MarkKind, info: Info) -> models.Mark | None:
    return next(iter(await _standing(root, kind, info)), None)


@strawberry.type
class MarkFields:
    """Fields of an image."""

    @field(f"Its star, which all people see; null when it has none. {WITHHELD}", optional(Star))
    @staticmethod
    @loaded
    async def star(root: strawberry.Parent[models.Image], info: Info) -> models.Mark | None:
        return await _one(root, MarkKind.STAR, info)

    @field(
        f"Its tags, by name; empty when it has none. {WITHHELD}",
        optional(listed(ImageTag)),
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    async def tags(root: strawberry.Parent[models.Image], info: Info) -> list[models.Mark]:
        return await _standing(root, MarkKind.TAG, info)

    @field(f"The note about it; null when there is none. {WITHHELD}", optional(ImageNote))
    @staticmethod
    @loaded
    async def note(root: strawberry.Parent[models.Image], info: Info) -> models.Mark | None:
        return await _one(root, MarkKind.NOTE, info)

    @field(
        "That a person said that no animal is on it; null when no person did, whether or not a box counts.",
        optional(SeenAsEmpty),
    )
    @staticmethod
    @loaded
    async def seen_as_empty(root: strawberry.Parent[models.Image], info: Info) -> models.Mark | None:
        return await _one(root, MarkKind.EMPTY, info)


@strawberry.type(description="A tag that images have.")
class Tag:
    """Backed by `TagCount`."""

    name: str = strawberry.field(description="The tag as it was written first.")
    image_count: int = strawberry.field(
        description="How many images have it, whatever its case.", resolver=lambda root: root.images
    )


NameContains: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only tags whose name contains this, whatever the case.")
]


@strawberry.type
class TagQuery:
    """The query for tags."""

    @field(
        "The tags that images have, those of most images first, 500 at most.",
        optional(listed(Tag)),
        takes=price(items=tags.MOST_LISTED),
    )
    @staticmethod
    async def tags(name_contains: NameContains = None) -> list[TagCount]:
        return await tags.counts(name_contains)
